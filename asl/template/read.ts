import { looksLikeCall, parseCall } from '../intrinsics/parse.ts';
import { isArray, isObject, type Json } from '../json.ts';
import { Expression } from '../jsonata/expression.ts';
import { parsePath } from '../jsonpath/parse.ts';
import { lazily } from '../lazily.ts';
import { SyntaxProblem } from '../reader.ts';
import type { Query, QueryLanguage, ReferencePath, Template } from './ast.ts';

/**
 * A field that may hold expressions: in JSONPath the fields whose names end in `.$`, in JSONata the texts in `{% %}`.
 *
 * @param field its name, for messages
 * @throws SyntaxProblem
 */
export function readTemplate(value: Json, language: QueryLanguage, field: string): Template {
  return language === 'JSONata' ? readExpressions(value, field) : readPayload(value);
}

function readPayload(value: Json): Template {
  if (isArray(value)) return withoutQueries({ type: 'array', items: value.map(readPayload) }, value);
  if (!isObject(value)) return { type: 'literal', value };
  const entries = Object.entries(value).map(([key, each]) => {
    if (!key.endsWith('.$')) return [key, readPayload(each)] as const;
    if (typeof each !== 'string')
      throw new SyntaxProblem(`The field '${key}' needs a path or an intrinsic function`, 0);
    return [key.slice(0, -2), readQuery(each, key)] as const;
  });
  return withoutQueries({ type: 'object', entries }, value);
}

function readExpressions(value: Json, field: string): Template {
  if (typeof value === 'string') return readText(value, field);
  if (isArray(value)) {
    return withoutQueries(
      { type: 'array', items: value.map((each, i) => readExpressions(each, `${field}[${i}]`)) },
      value,
    );
  }
  if (!isObject(value)) return { type: 'literal', value };
  const entries = Object.entries(value).map(
    ([key, each]) => [key, readExpressions(each, `${field}/${key}`)] as const,
  );
  return withoutQueries({ type: 'object', entries }, value);
}

function readText(value: string, field: string): Template {
  const text = expressionIn(value);
  return text === undefined ? { type: 'literal', value } : readExpression(text, field);
}

/** The expression in a text, where it is one: `{% … %}`. */
export function expressionIn(text: string): string | undefined {
  return text.startsWith('{%') && text.endsWith('%}') && text.length >= 4
    ? text.slice(2, -2).trim()
    : undefined;
}

export function readExpression(text: string, field: string): Query {
  return { type: 'expression', text, expression: lazily(() => new Expression(text)), field };
}

/** A path or a call. @throws SyntaxProblem */
export function readQuery(text: string, field: string): Query {
  return looksLikeCall(text)
    ? { type: 'call', call: parseCall(text), field }
    : { type: 'path', path: parsePath(text), field };
}

/** A part without expressions is its value, and takes no time. */
function withoutQueries(template: Extract<Template, { type: 'object' | 'array' }>, value: Json): Template {
  const parts = template.type === 'array' ? template.items : template.entries.map(([, each]) => each);
  return parts.every(({ type }) => type === 'literal') ? { type: 'literal', value } : template;
}

/** @throws SyntaxProblem for a path that does not name one place in a state's data */
export function readReferencePath(text: string): ReferencePath {
  const { root, segments } = parsePath(text);
  if (root.type !== 'data') throw new SyntaxProblem(`The path '${text}' does not begin with $`, 0);
  return segments.map((segment) => {
    const [only] =
      segment.type === 'property' ? segment.names : segment.type === 'index' ? segment.indices : [];
    const isOne =
      segment.type === 'property'
        ? segment.names.length === 1
        : segment.type === 'index' && segment.indices.length === 1;
    if (only === undefined || !isOne)
      throw new SyntaxProblem(`The path '${text}' does not name one place`, 0);
    return only;
  });
}
