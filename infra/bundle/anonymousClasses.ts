/**
 * Gives each class that has no name in its source an empty one of its own. A minifier turns `const Declined = make()` into
 * `const a = class extends Error {}`, which would name the class after its short variable.
 *
 * @param code as esbuild prints it, with the names of the classes that have one
 */
export function withEmptyNames(code: string): string {
  const insertions = [...anonymousClasses(code)];
  let named = '';
  let from = 0;
  for (const { at, name } of insertions) {
    named += `${code.slice(from, at)} static { Object.defineProperty(this, "name", { value: ${JSON.stringify(name)}, configurable: true }); }`;
    from = at;
  }
  return named + code.slice(from);
}

interface AnonymousClass {
  /** The place behind the brace that begins its body. */
  readonly at: number;
  readonly name: string;
}

/** A class in a computed property has the name of the property, which is not known here. */
const isComputed = /\](?::| =) $/;
const namedByEsbuild = /^\s*static \{\s*__name\(this, /;
const namesItself = /\bstatic (?:get )?name\b/;
/** esbuild names all but the default of a parameter. */
const longestName = 200;
const nameBefore = /(?<![.\w$])([\p{ID_Start}$_][\p{ID_Continue}$]*) = $/u;

function anonymousClasses(code: string): AnonymousClass[] {
  const found: AnonymousClass[] = [];
  const begun: { readonly depth: number; readonly name: string }[] = [];
  const open: { readonly depth: number; readonly name: string; readonly at: number }[] = [];
  let depth = 0;
  for (const { text, at } of codeParts(code)) {
    if (text === 'class extends') {
      const before = code.slice(Math.max(0, at - longestName), at);
      if (!isComputed.test(before)) begun.push({ depth, name: nameBefore.exec(before)?.[1] ?? '' });
    } else if ('([{'.includes(text)) {
      if (text === '{' && begun.at(-1)?.depth === depth) {
        const { name = '' } = begun.pop() ?? {};
        open.push({ depth, name, at: at + 1 });
      }
      depth++;
    } else {
      depth--;
      if (text !== '}' || open.at(-1)?.depth !== depth) continue;
      const { name = '', at: start = 0 } = open.pop() ?? {};
      const body = code.slice(start, at);
      if (!namedByEsbuild.test(body) && !namesItself.test(body)) found.push({ at: start, name });
    }
  }
  return found.sort((a, b) => a.at - b.at);
}

/**
 * The beginnings of texts, comments and templates, the brackets, classes without a name, and regular expressions. esbuild puts a
 * space behind a `/` that divides; a regular expression that begins with one is known by the code before it.
 */
const tokens =
  /["'`()[\]{}]|\/[/*]|(?<![\w$.#])class extends(?![\w$])|(?:\/(?![ =])|(?<=(?:^|\n|[(,=:[!&|?{;*%~^<>]|(?<!\+)\+|(?<!-)-|(?<![\w$.#])(?:return|typeof|case|in|of|delete|void|throw|new|else|do|yield|await|default)) *)\/)(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g;

/** The beginnings of classes without a name, and the brackets, that are not within a text, a comment or an expression. */
function* codeParts(code: string): Generator<{ readonly text: string; readonly at: number }> {
  const token = new RegExp(tokens);
  /** Depths at which the code within a template ends. */
  const templates: number[] = [];
  let depth = 0;
  for (let found = token.exec(code); found; found = token.exec(code)) {
    const [text] = found;
    const endsExpression = text === '}' && templates.at(-1) === depth;
    if (text === '`' || endsExpression) {
      if (endsExpression) templates.pop();
      const end = endOfTemplate(code, token.lastIndex);
      token.lastIndex = end.at;
      if (end.isExpression) templates.push(depth);
    } else if (text === '"' || text === "'") token.lastIndex = endOfText(code, token.lastIndex, text);
    else if (text === '//') token.lastIndex = behind(code, '\n', token.lastIndex);
    else if (text === '/*') token.lastIndex = behind(code, '*/', token.lastIndex);
    else if (!text.startsWith('/')) {
      if (text === '{') depth++;
      if (text === '}') depth--;
      yield { text, at: found.index };
    }
  }
}

function endOfText(code: string, from: number, quote: string): number {
  let at = from;
  while (at < code.length && code[at] !== quote) at += code[at] === '\\' ? 2 : 1;
  return at + 1;
}

function behind(code: string, end: string, from: number): number {
  const at = code.indexOf(end, from);
  return at < 0 ? code.length : at + end.length;
}

/** The place behind the text of a template from there on: its end, or the beginning of an expression in it. */
function endOfTemplate(code: string, from: number): { readonly at: number; readonly isExpression: boolean } {
  for (let at = from; at < code.length; at++) {
    if (code[at] === '\\') at++;
    else if (code[at] === '`') return { at: at + 1, isExpression: false };
    else if (code[at] === '$' && code[at + 1] === '{') return { at: at + 2, isExpression: true };
  }
  return { at: code.length, isExpression: false };
}
