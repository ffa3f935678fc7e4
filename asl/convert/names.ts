/** Gives names that a module can have, each once. */
export class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set([...reserved, ...taken]);
  }

  /** `Charge card` becomes `chargeCard`. */
  value(wanted: string): string {
    const [first = '', ...rest] = wordsOf(wanted);
    return this.#free(`${first.slice(0, 1).toLowerCase()}${first.slice(1)}${rest.map(capitalized).join('')}`);
  }

  /** `charge card` becomes `ChargeCardInput`. */
  type(wanted: string, ending: string): string {
    const words = wordsOf(wanted).map(capitalized);
    while (words.length > 1 && words.join('').length > longestName) words.pop();
    return this.#free(`${words.join('')}${ending}`);
  }

  #free(wanted: string): string {
    const start = wanted === '' || /^\d/.test(wanted) ? `_${wanted}` : wanted;
    let name = start;
    for (let count = 2; this.#taken.has(name); count++) name = `${start}${count}`;
    this.#taken.add(name);
    return name;
  }
}

/** Characters of a name of a type, without its ending. */
const longestName = 40;

/** Letters of other scripts may be in names; marks and signs may not. */
function wordsOf(value: string): readonly string[] {
  return value.match(/[\p{L}\p{Nd}]+/gu) ?? [];
}

function capitalized(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}

/** Words of the language, names that all modules see, and those that converted modules have. */
const reserved = [
  ...'abstract any arguments as asserts async await boolean break case catch class const constructor continue debugger'.split(
    ' ',
  ),
  ...'declare default delete do else enum eval export extends false finally for from function get global globalThis'.split(
    ' ',
  ),
  ...'if implements import in infer instanceof interface is keyof let module namespace never new null number object of'.split(
    ' ',
  ),
  ...'package private protected public readonly require return set static string super switch symbol this throw true'.split(
    ' ',
  ),
  ...'try type typeof undefined unique unknown using var void while with yield NaN Infinity JSON Date Object'.split(
    ' ',
  ),
  ...'Array String Number Boolean Promise Symbol Record Readonly Partial Function Error Math'.split(' '),
  ...'allOf anyOf catchTo intrinsic itemStates jsonata jsonPath not resource setup states test when each parts itemReader resultWriter'.split(
    ' ',
  ),
  ...'Json StateData StatesContext Variables actors context delays guards input options output result variables'.split(
    ' ',
  ),
  ...'choiceState failState mapState parallelState passState succeedState taskState waitState errorOutput now random'.split(
    ' ',
  ),
];
