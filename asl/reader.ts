import { MillraceError } from '../orchestrator/core/errors/millraceError.ts';
/** Thrown where a text does not follow its grammar, with the place of the first character that does not fit. */
export class SyntaxProblem extends MillraceError {
  override readonly code = 'InvalidSyntax';
  override readonly name = 'SyntaxProblem';
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Reads a text from left to right. */
export class Reader {
  readonly text: string;
  at: number;

  constructor(text: string, at = 0) {
    this.text = text;
    this.at = at;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  get next(): string {
    return this.text[this.at] ?? '';
  }

  /** Takes what comes next, where it is this. */
  take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  /** Takes what matches a sticky expression here. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.text) ?? [];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** @throws SyntaxProblem */
  expect(expected: string): void {
    if (!this.take(expected)) this.fail(`expected ${expected}`);
  }

  skipSpace(): void {
    this.match(/\s*/y);
  }

  /** Takes a text in single or double quotes. A backslash stands for itself, but before the quote that would end the text. */
  quoted(): string {
    const quote = this.next;
    if (quote !== "'" && quote !== '"') return this.fail('expected a text in quotes');
    this.at++;
    let text = '';
    while (!this.take(quote)) {
      if (this.next === '\\' && this.text[this.at + 1] === quote) this.at++;
      if (this.ended) return this.fail(`expected ${quote}`);
      text += this.next;
      this.at++;
    }
    return text;
  }

  fail(problem: string): never {
    const found = this.ended
      ? 'it ends there'
      : `found ${JSON.stringify(this.text.slice(this.at, this.at + 12))}`;
    throw new SyntaxProblem(`${problem}, and ${found} at character ${this.at + 1}`, this.at);
  }
}
