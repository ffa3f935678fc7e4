import { RefusedRequestError } from './failures.ts';

type Fields = Readonly<Record<string, unknown>>;

/** @throws RefusedRequestError for a body that is not an object */
export function fieldsOf(body: unknown): Fields {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body };
  throw invalid('The body of the request is not a JSON object.');
}

/** @throws RefusedRequestError */
export function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(`'${name}' must be a text that is not empty.`);
}

/** Texts that are not empty, each once; `single` may name one in place of the list. @throws RefusedRequestError */
export function listOf(fields: Fields, name: string, single: string): readonly string[] {
  if (fields[name] === undefined) return [textOf(fields, single)];
  const value = fields[name];
  const texts: readonly unknown[] = Array.isArray(value) ? value : [];
  const isGood = texts.length > 0 && texts.every((each) => typeof each === 'string' && each !== '');
  if (isGood) return [...new Set(texts.map(String))];
  throw invalid(`'${name}' must be a list of texts that has at least one.`);
}

/** @throws RefusedRequestError */
export function optionalText<K extends string>(fields: Fields, name: K): { readonly [key in K]?: string } {
  const value = fields[name];
  if (value === undefined || value === '') return {};
  if (typeof value === 'string') return { [name]: value } as { readonly [key in K]: string };
  throw invalid(`'${name}' must be a text.`);
}

/** @throws RefusedRequestError */
export function choiceOf<T extends string>(value: unknown, name: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw invalid(`'${name}' must be one of ${choices.join(', ')}.`);
}

/** A whole number in a query, from 1. @throws RefusedRequestError */
export function countIn(query: URLSearchParams, name: string, otherwise: number, most: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return Math.min(value, most);
  throw invalid(`'${name}' must be a whole number, at least 1.`);
}

/** Milliseconds since the epoch, or a date. @throws RefusedRequestError */
export function timeIn<K extends string>(query: URLSearchParams, name: K): { readonly [key in K]?: number } {
  const text = query.get(name);
  if (text === null || text === '') return {};
  const value = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isFinite(value) && Math.abs(value) <= 8.64e15)
    return { [name]: value } as { readonly [key in K]: number };
  throw invalid(`'${name}' must be a date and time, as 2026-03-01T12:00:00Z.`);
}

function invalid(message: string): RefusedRequestError {
  return new RefusedRequestError(400, 'InvalidRequest', message);
}
