/** A stream of numbers out of which a machine is built. When it runs dry it gives 0, and 0 is always the simplest. */
export class Choices {
  readonly #numbers: readonly number[];
  #position = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** A whole number below `count`. */
  pick(count: number): number {
    return (this.#numbers[this.#position++] ?? 0) % count;
  }

  chance(percent: number): boolean {
    return this.pick(100) >= 100 - percent;
  }

  oneOf<Option>(options: readonly Option[]): Option {
    if (options.length === 0) throw new RangeError('There is nothing to choose from.');
    return options[this.pick(options.length)] as Option;
  }

  /** Up to `max` of what `make` gives. */
  list<Item>(max: number, make: (index: number) => Item): Item[] {
    return Array.from({ length: this.pick(max + 1) }, (_, index) => make(index));
  }

  some<Item>(max: number, make: (index: number) => Item): Item[] {
    return [make(0), ...this.list(max - 1, (index) => make(index + 1))];
  }
}
