/** First in, first out, with constant cost however long it gets. */
export class FifoQueue<Element> {
  #elements: (Element | undefined)[] = [];
  #first = 0;

  get length(): number {
    return this.#elements.length - this.#first;
  }

  push(element: Element): void {
    this.#elements.push(element);
  }

  peek(): Element | undefined {
    return this.#elements[this.#first];
  }

  shift(): Element | undefined {
    const element = this.#elements[this.#first];
    if (this.#first < this.#elements.length) {
      this.#elements[this.#first] = undefined;
      this.#first += 1;
    }
    if (this.#first > 1024 && this.#first * 2 > this.#elements.length) {
      this.#elements = this.#elements.slice(this.#first);
      this.#first = 0;
    }
    return element;
  }

  /** Removes and returns those that match, and keeps the order of the others. */
  extract(matches: (element: Element) => boolean): Element[] {
    const extracted: Element[] = [];
    const kept: Element[] = [];
    for (let element = this.shift(); element !== undefined; element = this.shift()) {
      (matches(element) ? extracted : kept).push(element);
    }
    this.#elements = kept;
    this.#first = 0;
    return extracted;
  }
}
