import { inspect } from 'node:util';
import { optionsProblem, sentence } from '../orchestrator/core/policy/options.ts';
import { unknownReservedName } from '../orchestrator/core/policy/reservedErrorNames.ts';
import { ImpossibleTestError } from './errors.ts';

/** The keys of each kind of entry, by the key that makes it one. */
const entryKeys: readonly (readonly [kind: string, keys: Readonly<Record<string, true>>])[] = [
  ['start', { start: true }],
  ['worker', { worker: true, task: true, output: true, error: true }],
  ['child', { child: true, task: true, output: true, error: true, event: true }],
  ['event', { event: true }],
  ['elapsed', { elapsed: true }],
];

/**
 * Types say the same, to those who write their tests in TypeScript.
 *
 * @throws ImpossibleTestError
 */
export function checkEntry(entry: unknown): void {
  if (typeof entry !== 'object' || entry === null) {
    throw refused(entry, 'give start, worker, child, event or elapsed');
  }
  const [, keys] = entryKeys.find(([kind]) => kind in entry) ?? [];
  const problem = keys && optionsProblem(entry, keys);
  if (problem !== undefined) throw refused(entry, problem);
  if ('event' in entry && !hasText(entry.event, 'type')) {
    throw refused(entry, "an event is written { event: { type: 'GO' } }");
  }
  if ('error' in entry && !hasText(entry.error, 'name')) {
    throw refused(entry, "an error is written { error: { name: 'Boom' } }");
  }
  if ('error' in entry && isNamed(entry.error)) checkErrorName('given()', entry.error.name);
}

function isNamed(error: unknown): error is { readonly name: string } {
  return hasText(error, 'name');
}

/**
 * A test with a mistyped name would show how the machine takes an error that does not exist.
 *
 * @throws ImpossibleTestError
 */
export function checkErrorName(what: string, name: string): void {
  const unknown = unknownReservedName(name);
  if (unknown?.meant !== undefined) throw new ImpossibleTestError(sentence(what, unknown.problem));
}

function hasText(value: unknown, key: 'type' | 'name'): boolean {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, key) === 'string';
}

function refused(entry: unknown, instead: string): ImpossibleTestError {
  return new ImpossibleTestError(`${inspect(entry)} is not an entry: ${instead}.`);
}
