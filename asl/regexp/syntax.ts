import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';
/** A regular expression, as far as it can be matched in linear time. */
export type Node =
  | { readonly type: 'empty' }
  /** One UTF-16 code unit for which this holds. */
  | { readonly type: 'unit'; readonly matches: (unit: string) => boolean }
  | { readonly type: 'start' | 'end' | 'boundary' | 'notBoundary' }
  | { readonly type: 'sequence' | 'either'; readonly nodes: readonly Node[] }
  /** `index`: of what it captures, from 1. */
  | { readonly type: 'group'; readonly index: number | undefined; readonly node: Node }
  | {
      readonly type: 'repeat';
      readonly node: Node;
      readonly least: number;
      readonly most: number;
      readonly lazy: boolean;
    };

/** Thrown for what cannot be matched in linear time: references back, and looks ahead or behind. */
export class UnsupportedPatternError extends MillraceError {
  override readonly code = 'UnsupportedPattern';
  override readonly name = 'UnsupportedPatternError';
}

/**
 * Reads the syntax of JavaScript's regular expressions, without the flag `u`.
 *
 * @throws SyntaxError where JavaScript would not take it
 * @throws UnsupportedPatternError
 */
export function parsePattern(
  source: string,
  flags: string,
): { readonly node: Node; readonly groups: number } {
  new RegExp(source, flags.replace('g', ''));
  return new PatternReader(source, flags).read();
}

class PatternReader {
  readonly #source: string;
  readonly #flags: string;
  #at = 0;
  #groups = 0;

  constructor(source: string, flags: string) {
    this.#source = source;
    this.#flags = flags;
  }

  read(): { readonly node: Node; readonly groups: number } {
    const node = this.#either();
    return { node, groups: this.#groups };
  }

  get #next(): string {
    return this.#source[this.#at] ?? '';
  }

  #take(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source);
    this.#at += found?.[0].length ?? 0;
    return found;
  }

  #either(): Node {
    const nodes = [this.#sequence()];
    while (this.#take('|')) nodes.push(this.#sequence());
    return nodes.length === 1 ? (nodes[0] ?? { type: 'empty' }) : { type: 'either', nodes };
  }

  #sequence(): Node {
    const nodes: Node[] = [];
    while (this.#at < this.#source.length && this.#next !== '|' && this.#next !== ')') {
      nodes.push(this.#repeated(this.#atom()));
    }
    return { type: 'sequence', nodes };
  }

  #repeated(node: Node): Node {
    const found = this.#match(/([*+?]|\{(\d+)(,(\d*))?\})(\??)/y);
    if (found === null) return node;
    const [, kind, from = '', comma, to = '', lazy] = found;
    const bounds = { '*': [0, Infinity], '+': [1, Infinity], '?': [0, 1] }[kind ?? ''];
    const least = bounds?.[0] ?? Number(from);
    const most = bounds?.[1] ?? (comma === undefined ? least : to === '' ? Infinity : Number(to));
    return { type: 'repeat', node, least, most, lazy: lazy === '?' };
  }

  #atom(): Node {
    if (this.#take('(')) return this.#group();
    if (this.#take('^')) return { type: 'start' };
    if (this.#take('$')) return { type: 'end' };
    if (this.#take('.')) return this.#unit('.');
    if (this.#next === '[') return this.#unit(this.#match(/\[(?:[^\]\\]|\\[\s\S])*\]/y)?.[0] ?? '');
    if (this.#next === '\\') return this.#escape();
    const literal = this.#next;
    this.#at++;
    return this.#unit(literal.replace(/[\]{}/*+?]/, '\\$&'));
  }

  #group(): Node {
    let index: number | undefined;
    if (!this.#take('?:')) {
      if (this.#match(/\?(?:[=!]|<[=!])/y)) {
        throw new UnsupportedPatternError(
          `/${this.#source}/ looks ahead or behind, which takes no bounded time: write it without (?= (?! (?<= and (?<!.`,
        );
      }
      this.#match(/\?<[^>]*>/y);
      index = ++this.#groups;
    }
    const node = this.#either();
    this.#take(')');
    return { type: 'group', index, node };
  }

  #escape(): Node {
    if (this.#take('\\b')) return { type: 'boundary' };
    if (this.#take('\\B')) return { type: 'notBoundary' };
    if (this.#match(/\\[1-9]|\\k</y)) {
      throw new UnsupportedPatternError(
        `/${this.#source}/ refers back to a group, which takes no bounded time: write it without \\1 or \\k<name>.`,
      );
    }
    const unit = this.#match(/\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|[\s\S])/y);
    return this.#unit(unit?.[0] ?? '\\\\');
  }

  /** Whether a unit matches is JavaScript's to say: of one unit it knows at once. */
  #unit(source: string): Node {
    const pattern = new RegExp(`^(?:${source})$`, this.#flags.replace(/[gm]/g, ''));
    const known = new Map<string, boolean>();
    const matches = (unit: string) => {
      const before = known.get(unit);
      if (before !== undefined) return before;
      const does = pattern.test(unit);
      if (known.size < 1000) known.set(unit, does);
      return does;
    };
    return { type: 'unit', matches };
  }
}
