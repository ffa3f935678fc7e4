import { compilePattern, type Instruction } from './program.ts';
import { parsePattern } from './syntax.ts';

/** One place that a match may be at, with what it has captured on the way. */
interface Thread {
  readonly at: number;
  readonly slots: readonly (number | undefined)[];
}

/**
 * A regular expression that is matched in time linear in the text, whatever the expression: all threads of the match go
 * through the text together. It finds what JavaScript's RegExp finds.
 */
export class LinearRegExp {
  /** Where `exec` begins, and where it has ended. */
  lastIndex = 0;
  readonly #program: readonly Instruction[];
  readonly #groups: number;
  readonly #isMultiline: boolean;

  /** @throws SyntaxError, UnsupportedPatternError */
  constructor({ source, flags }: { readonly source: string; readonly flags: string }) {
    const { node, groups } = parsePattern(source, flags);
    this.#program = compilePattern(node);
    this.#groups = groups;
    this.#isMultiline = flags.includes('m');
  }

  test(text: string): boolean {
    this.lastIndex = 0;
    return this.exec(text) !== null;
  }

  /** The first match from `lastIndex` on: the whole and the groups, with its `index`. */
  exec(text: string): ((string | undefined)[] & { index: number }) | null {
    const slots = this.#run(text, this.lastIndex);
    const [from, to] = slots ?? [];
    if (slots === undefined || from === undefined || to === undefined) {
      this.lastIndex = 0;
      return null;
    }
    this.lastIndex = to;
    const groups = Array.from({ length: this.#groups + 1 }, (_, group) => {
      const start = slots[2 * group];
      const end = slots[2 * group + 1];
      return start === undefined || end === undefined ? undefined : text.slice(start, end);
    });
    return Object.assign(groups, { index: from });
  }

  #run(text: string, from: number): Thread['slots'] | undefined {
    let found: Thread['slots'] | undefined;
    let threads: Thread[] = [];
    for (let place = from; place <= text.length; place++) {
      const reached = new Set<number>();
      const next: Thread[] = [];
      for (const { at, slots } of threads) this.#follow(at, slots, text, place, reached, next);
      // Where nothing has matched, a match may also begin here.
      if (found === undefined) this.#follow(0, [], text, place, reached, next);
      threads = [];
      for (const thread of next) {
        const instruction = this.#program[thread.at];
        if (instruction?.type === 'matched') {
          found = thread.slots;
          break; // those after it are preferred less
        }
        if (instruction?.type === 'unit' && place < text.length && instruction.matches(text[place] ?? '')) {
          threads.push({ at: thread.at + 1, slots: thread.slots });
        }
      }
      if (found !== undefined && threads.length === 0) break;
    }
    return found;
  }

  /** All places that are reached without a unit of the text, in order of preference. */
  #follow(
    at: number,
    slots: Thread['slots'],
    text: string,
    place: number,
    reached: Set<number>,
    into: Thread[],
  ): void {
    const open: Thread[] = [{ at, slots }];
    for (let thread = open.pop(); thread; thread = open.pop()) {
      if (reached.has(thread.at)) continue;
      reached.add(thread.at);
      const instruction = this.#program[thread.at];
      if (instruction === undefined) continue;
      switch (instruction.type) {
        case 'jump':
          open.push({ at: instruction.to, slots: thread.slots });
          break;
        case 'split':
          open.push({ at: instruction.second, slots: thread.slots });
          open.push({ at: instruction.first, slots: thread.slots });
          break;
        case 'save':
          open.push({ at: thread.at + 1, slots: withSlot(thread.slots, instruction.slot, place) });
          break;
        case 'unit':
        case 'matched':
          into.push(thread);
          break;
        default:
          if (this.#holds(instruction.type, text, place))
            open.push({ at: thread.at + 1, slots: thread.slots });
      }
    }
  }

  #holds(assertion: 'start' | 'end' | 'boundary' | 'notBoundary', text: string, place: number): boolean {
    switch (assertion) {
      case 'start':
        return place === 0 || (this.#isMultiline && isLineEnd(text[place - 1]));
      case 'end':
        return place === text.length || (this.#isMultiline && isLineEnd(text[place]));
      case 'boundary':
        return isWord(text[place - 1]) !== isWord(text[place]);
      case 'notBoundary':
        return isWord(text[place - 1]) === isWord(text[place]);
    }
  }
}

/** @throws SyntaxError, UnsupportedPatternError */
export function linearRegExp(source: string, flags = ''): LinearRegExp {
  return new LinearRegExp({ source, flags });
}

function withSlot(slots: Thread['slots'], slot: number, place: number): Thread['slots'] {
  const changed = [...slots];
  changed[slot] = place;
  return changed;
}

function isLineEnd(unit: string | undefined): boolean {
  return unit !== undefined && /[\n\r\u2028\u2029]/.test(unit);
}

function isWord(unit: string | undefined): boolean {
  return unit !== undefined && /\w/.test(unit);
}
