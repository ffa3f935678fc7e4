/** A piece of TypeScript, printed as the project's formatter prints it. */
export type Code =
  /** Printed as it is: a name, a number, a path. */
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'object'; readonly properties: readonly Property[]; readonly isExpanded: boolean }
  | { readonly type: 'array'; readonly items: readonly Code[] }
  | { readonly type: 'call'; readonly callee: string; readonly arguments: readonly Code[] }
  | { readonly type: 'arrow'; readonly parameters: string; readonly body: Code };

export interface Property {
  /** Undefined: its value stands for itself, as in `{ actors }`. */
  readonly key?: string;
  readonly value: Code;
  /** Lines of a comment above it. */
  readonly comment?: readonly string[];
}

export function text(value: string): Code {
  return { type: 'text', text: value };
}

export function string(value: string): Code {
  return { type: 'string', value };
}

export function array(items: readonly Code[]): Code {
  return { type: 'array', items };
}

export function call(callee: string, ...given: readonly Code[]): Code {
  return { type: 'call', callee, arguments: given };
}

/** @param isExpanded whether each property has a line of its own, even where they would fit on one */
export function object(properties: readonly Property[], isExpanded = false): Code {
  return { type: 'object', properties, isExpanded };
}

export const lineWidth = 110;

/**
 * @param indent columns that its lines are indented by
 * @param before columns that are taken in its first line
 * @param after columns that its last line needs
 */
export function print(code: Code, indent: number, before: number, after: number): string {
  const line = onOneLine(code);
  if (line !== undefined && before + line.length + after <= lineWidth) return line;
  switch (code.type) {
    case 'text':
      return code.text;
    case 'string':
      return literal(code.value);
    case 'object':
      return printObject(code.properties, indent);
    case 'array':
      return printArray(code.items, indent);
    case 'call':
      return printCall(code.callee, code.arguments, indent, before, after);
    case 'arrow':
      return printArrow(code.parameters, code.body, indent, before, after);
  }
}

function printObject(properties: readonly Property[], indent: number): string {
  const inner = indent + 2;
  const lines = properties.flatMap(({ key, value, comment = [] }) => [
    ...comment.map((each) => `${spaces(inner)}// ${each}`.trimEnd()),
    `${spaces(inner)}${printProperty(key, value, inner)},`,
  ]);
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${spaces(indent)}}`;
}

function printProperty(key: string | undefined, value: Code, indent: number): string {
  if (key === undefined || isShort(key, value)) return print(value, indent, indent, 1);
  const start = `${keyOf(key)}: `;
  // A text that is too long begins on a line of its own.
  if (value.type === 'string' && indent + start.length + literal(value.value).length + 1 > lineWidth) {
    return `${start.trimEnd()}\n${spaces(indent + 2)}${literal(value.value)}`;
  }
  return start + print(value, indent, indent + start.length, 1);
}

/** `{ input }` for `{ input: input }`. */
function isShort(key: string, value: Code): boolean {
  return value.type === 'text' && value.text === key && isIdentifier(key);
}

function printArray(items: readonly Code[], indent: number): string {
  const inner = indent + 2;
  if (items.length > 1 && items.every(isNumber)) return fill(items, indent);
  const lines = items.map((each) => `${spaces(inner)}${print(each, inner, inner, 1)},`);
  return `[\n${lines.join('\n')}\n${spaces(indent)}]`;
}

/** Numbers stand beside each other, as many as fit on a line. */
function fill(items: readonly Code[], indent: number): string {
  const lines = [''];
  for (const [index, each] of items.entries()) {
    const word = `${onOneLine(each) ?? ''},`;
    const last = lines.at(-1) ?? '';
    const isFirst = last === '';
    if (isFirst) lines[lines.length - 1] = `${spaces(indent + 2)}${word}`;
    else if (last.length + 1 + word.length > lineWidth) lines.push(`${spaces(indent + 2)}${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
    if (index === items.length - 1) break;
  }
  return `[\n${lines.join('\n')}\n${spaces(indent)}]`;
}

function isNumber(code: Code): boolean {
  return code.type === 'text' && /^-?[\d.]+(e[+-]?\d+)?$/.test(code.text);
}

function printCall(
  callee: string,
  given: readonly Code[],
  indent: number,
  before: number,
  after: number,
): string {
  const last = given.at(-1);
  const first = given.slice(0, -1).map(onOneLine);
  if (last && isHuggable(last) && first.every((each) => each !== undefined)) {
    const start = `${callee}(${first.map((each) => `${each}, `).join('')}`;
    if (before + start.length + 1 <= lineWidth)
      return `${start}${print(last, indent, before + start.length, after + 1)})`;
  }
  const inner = indent + 2;
  const lines = given.map((each) => `${spaces(inner)}${print(each, inner, inner, 1)},`);
  return `${callee}(\n${lines.join('\n')}\n${spaces(indent)})`;
}

/** Whether its own lines may begin behind the parenthesis of the call that it is an argument of. */
function isHuggable(code: Code): boolean {
  switch (code.type) {
    case 'object':
      return code.properties.length > 0;
    case 'array':
      return code.items.length > 0;
    case 'text':
      // Texts of several lines.
      return code.text.includes('\n');
    case 'arrow':
      return code.body.type === 'object';
    case 'call':
    case 'string':
      return false;
  }
}

function printArrow(parameters: string, body: Code, indent: number, before: number, after: number): string {
  const start = `${parameters} => `;
  if (body.type === 'object') {
    return `${start}(${print(body, indent, before + start.length + 1, after + 1)})`;
  }
  if (body.type === 'call' || body.type === 'array') {
    return `${start}${print(body, indent, before + start.length, after)}`;
  }
  return `${start.trimEnd()}\n${spaces(indent + 2)}${print(body, indent + 2, indent + 2, after)}`;
}

/** Undefined where it cannot stand on one line. */
export function onOneLine(code: Code): string | undefined {
  switch (code.type) {
    case 'text':
      return code.text.includes('\n') ? undefined : code.text;
    case 'string':
      return literal(code.value);
    case 'object': {
      if (code.properties.length === 0) return '{}';
      if (code.isExpanded || code.properties.some(({ comment = [] }) => comment.length > 0)) return undefined;
      const parts = code.properties.map(({ key, value }) => {
        const line = onOneLine(value);
        if (line === undefined || key === undefined || isShort(key, value)) return line;
        return `${keyOf(key)}: ${line}`;
      });
      return parts.includes(undefined) ? undefined : `{ ${parts.join(', ')} }`;
    }
    case 'array': {
      if (isBroken(code.items)) return undefined;
      const items = code.items.map(onOneLine);
      return items.includes(undefined) ? undefined : `[${items.join(', ')}]`;
    }
    case 'call': {
      const given = code.arguments.map(onOneLine);
      return given.includes(undefined) ? undefined : `${code.callee}(${given.join(', ')})`;
    }
    case 'arrow': {
      const body = onOneLine(code.body);
      if (body === undefined) return undefined;
      return `${code.parameters} => ${code.body.type === 'object' ? `(${body})` : body}`;
    }
  }
}

/** Several objects, or several arrays, that have several parts each have a line each. */
function isBroken(items: readonly Code[]): boolean {
  if (items.length < 2) return false;
  return (
    items.every((each) => each.type === 'object' && each.properties.length > 1) ||
    items.every((each) => each.type === 'array' && each.items.length > 1)
  );
}

function spaces(count: number): string {
  return ' '.repeat(count);
}

export function keyOf(key: string): string {
  if (key === '__proto__') return "['__proto__']";
  return isIdentifier(key) ? key : literal(key);
}

export function isIdentifier(value: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(value);
}

/** A text in quotes: single ones, unless it has more of these than of double ones. */
export function literal(value: string): string {
  const singles = value.split("'").length;
  const doubles = value.split('"').length;
  const quote = singles > doubles ? '"' : "'";
  const escaped = value.replace(/[\\'"\p{Cc}\u2028\u2029]|[\ud800-\udfff]/gu, (character) => {
    if (character === '"' || character === "'") return character === quote ? `\\${character}` : character;
    if (character === '\\') return '\\\\';
    const known = escapes[character];
    return known ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `${quote}${escaped}${quote}`;
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text of several lines, as its author wrote it. */
export function templateLiteral(value: string): string {
  return `\`${value.replace(/\\|`|\$\{/g, '\\$&')}\``;
}

/** Characters of a line of a comment, where its words allow that. */
const commentWidth = 90;

/** Lines for a comment, whatever its author wrote. */
export function commentLines(value: unknown): readonly string[] {
  if (typeof value !== 'string' || value.trim() === '') return [];
  return value
    .trim()
    .split(/[\r\n\u2028\u2029]+/)
    .flatMap((line) => wrapped(line.replace(/\p{Cc}/gu, ' ').trim()));
}

function wrapped(line: string): readonly string[] {
  const lines = [''];
  for (const word of line.split(/ +/)) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length > commentWidth) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** A comment in front of a declaration. */
export function blockComment(lines: readonly string[]): string {
  const safe = lines.map((line) => line.replace(/\*\//g, '*\\/'));
  const [only = ''] = safe;
  if (safe.length === 0) return '';
  return safe.length === 1 && only.length < 100
    ? `/** ${only} */\n`
    : `/**\n${safe.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n`;
}

/** A statement on lines of its own. */
export function statement(start: string, code: Code, indent: number, end = ''): string {
  const first = `${spaces(indent)}${start}`;
  return `${first}${print(code, indent, first.length, end.length + 1)}${end};`;
}
