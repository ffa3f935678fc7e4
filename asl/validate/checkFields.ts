import { nearest } from '../../orchestrator/core/data/nearest.ts';
import type { Json } from '../json.ts';
import type { QueryLanguage } from '../template/ast.ts';
import { type Report, within } from './problem.ts';
import type { Check } from './values.ts';

/** A JSON object of a definition, and where it stands. */
export interface Part {
  readonly fields: { readonly [key: string]: Json };
  readonly pointer: string;
  readonly language: QueryLanguage;
  readonly report: Report;
}

/** Checks each field by its name, and refuses those that have no meaning there. */
export function checkFields(
  { fields, pointer, language, report }: Part,
  known: Readonly<Record<string, Check>>,
  remedyFor: (key: string) => string | undefined = () => undefined,
): void {
  for (const [key, value] of Object.entries(fields)) {
    const check = Object.hasOwn(known, key) ? known[key] : undefined;
    const place = within(pointer, key);
    if (check) check({ key, value, pointer: place, language, report });
    else {
      const similar = nearest(key, Object.keys(known));
      const remedy =
        remedyFor(key) ?? (similar === undefined ? 'leave it out' : `write ${similar}, or leave it out`);
      report({
        code: 'SCHEMA_VALIDATION_FAILED',
        pointer: place,
        message: `Field "${key}" is not supported here`,
        remedy,
      });
    }
  }
}

export function requireFields({ fields, pointer, report }: Part, keys: readonly string[]): void {
  const missing = keys.filter((key) => fields[key] === undefined);
  if (missing.length === 0) return;
  const message = `These fields are required: [${missing.join(', ')}]`;
  report({ code: 'SCHEMA_VALIDATION_FAILED', pointer, message, remedy: `add ${missing.join(' and ')}` });
}

/** At most one of these fields may be there. */
export function checkExclusive({ fields, pointer, report }: Part, keys: readonly string[]): void {
  const given = keys.filter((key) => fields[key] !== undefined);
  if (given.length < 2) return;
  const list = given.map((key) => `"${key}"`).join(', ');
  const message = `It may have only one of [${list}]`;
  report({
    code: 'SCHEMA_VALIDATION_FAILED',
    pointer,
    message,
    remedy: `leave out all but one of ${given.join(', ')}`,
  });
}

/** One of these fields must be there. */
export function requireOne(part: Part, keys: readonly string[]): void {
  const { fields, pointer, report } = part;
  checkExclusive(part, keys);
  if (keys.some((key) => fields[key] !== undefined)) return;
  const message = `It must have one of [${keys.map((key) => `"${key}"`).join(', ')}]`;
  report({ code: 'SCHEMA_VALIDATION_FAILED', pointer, message, remedy: `add ${keys.join(' or ')}` });
}
