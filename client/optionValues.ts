import type { Control } from '../orchestrator/core/execution/model/entries.ts';
import { executionStatuses } from '../orchestrator/core/execution/model/execution.ts';
import {
  checkChoice,
  checkNumber,
  type NumberRule,
  sentence,
  UnknownOptionError,
} from '../orchestrator/core/policy/options.ts';
import { InvalidCursorError } from '../orchestrator/table/cursor.ts';

const count: NumberRule = { least: 1, isWhole: true };
const countOrAll: NumberRule = { ...count, isEndless: true };
const rate: NumberRule = { least: Number.MIN_VALUE, isEndless: true };
const time: NumberRule = { least: 0, isEndless: true };

/** The numbers among the options, by their names. */
const numbers: Readonly<Record<string, NumberRule>> = {
  limit: countOrAll,
  atMost: countOrAll,
  concurrency: countOrAll,
  ratePerSecond: rate,
  readUnitsPerSecond: rate,
  // DynamoDB's own limit.
  segments: { ...count, most: 1_000_000 },
  pageSize: count,
  indexShards: count,
  retentionDays: { least: 0, isWhole: true },
  storeOverKb: count,
  timeoutMs: time,
  waitMs: time,
  graceMs: time,
  pollMs: { least: 1 },
  since: { least: 0 },
  until: { least: 0 },
};
const flags = ['direct', 'isDryRun', 'stopsOrphans', 'includesOtherMachines'];

interface Kind {
  readonly is: (value: unknown) => boolean;
  readonly wanted: string;
}

const text: Kind = { is: (value) => typeof value === 'string', wanted: 'a string' };
const callback: Kind = { is: (value) => typeof value === 'function', wanted: 'a function' };

/** The options of other kinds, by their names. */
const kinds: Readonly<Record<string, Kind>> = {
  idPrefix: text,
  tag: text,
  functionPrefix: text,
  tableName: { is: (value) => typeof value === 'string' && value !== '', wanted: 'the name of a table' },
  onPart: callback,
  onProgress: callback,
  onConsumedCapacity: callback,
  now: callback,
  newId: callback,
  sleep: callback,
  // Also one of another realm, as test environments have it.
  signal: { is: (value) => hasMethod(value, 'throwIfAborted'), wanted: 'an AbortSignal' },
  dynamodb: { is: (value) => hasMethod(value, 'send'), wanted: 'a DynamoDBClient of the AWS SDK' },
  lambda: { is: isObject, wanted: 'the configuration of a LambdaClient' },
  statuses: { is: Array.isArray, wanted: 'a list of statuses' },
  state: {
    is: (value) => (typeof value === 'string' && value !== '') || isObject(value),
    wanted: "a state: a path as in 'shipping.label', or a state value",
  },
};
const controls: readonly Control[] = ['stop', 'redrive', 'suspend', 'resume'];
/** Calls whose machines may be named by their ids. */
const takesMachineIds = ['browse', 'count'];

/**
 * Checks each option that is given, by its name.
 *
 * @throws UnknownOptionError, InvalidCursorError
 */
export function checkOptionValues(call: string, what: string, options: unknown): void {
  if (typeof options !== 'object' || options === null) return;
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(numbers, name) ? numbers[name] : undefined;
    if (rule) checkNumber(what, name, value, rule);
    if (flags.includes(name)) checkChoice(what, name, value, [true, false]);
    if (name === 'status') checkChoice(what, name, value, executionStatuses);
    if (name === 'control') checkChoice(what, name, value, controls);
    // For a doctor it is where to go on.
    if (name === 'from' && call !== 'doctor') checkNumber(what, name, value, count);
    checkKind(call, what, name, value);
  }
}

function checkKind(call: string, what: string, name: string, value: unknown): void {
  if (value === undefined) return;
  const isCursor = name === 'cursor' || (name === 'from' && call === 'doctor');
  if (isCursor && typeof value !== 'string') throw new InvalidCursorError();
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind && !kind.is(value)) throw refusal(what, name, value, kind.wanted);
  if (name === 'statuses' && Array.isArray(value)) {
    for (const status of value) checkChoice(what, name, status, executionStatuses);
  }
  if (name === 'machines') checkMachineList(what, value, takesMachineIds.includes(call));
}

function checkMachineList(what: string, machines: unknown, mayBeIds: boolean): void {
  const kind = mayBeIds ? 'machines or their ids' : 'machine definitions';
  if (!Array.isArray(machines)) throw refusal(what, 'machines', machines, `a list of ${kind}`);
  for (const [index, machine] of machines.entries()) {
    if (isObject(machine) || (mayBeIds && typeof machine === 'string')) continue;
    throw refusal(what, `machines[${index}]`, machine, `one of the ${kind}`);
  }
}

/** @throws UnknownOptionError for the first that is not given */
export function checkRequired(what: string, options: unknown, names: readonly string[]): void {
  const missing = names.find((name) => !isObject(options) || Reflect.get(options, name) === undefined);
  if (missing === undefined) return;
  throw new UnknownOptionError(sentence(what, `${missing} is missing: the call cannot do without it`));
}

/**
 * Refuses an argument that is not a sequence: a text would be one of its letters.
 *
 * @throws UnknownOptionError
 */
export function checkSequence(what: string, name: string, value: unknown): void {
  const isSequence = isObject(value) && (Symbol.iterator in value || Symbol.asyncIterator in value);
  if (isSequence) return;
  throw refusal(what, name, value, 'a list, or another iterable or async iterable');
}

function refusal(what: string, path: string, found: unknown, wanted: string): UnknownOptionError {
  return new UnknownOptionError(sentence(what, `${path} is ${shown(found)}: give ${wanted}`));
}

function hasMethod(value: unknown, name: string): boolean {
  return isObject(value) && typeof Reflect.get(value, name) === 'function';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return 'a list';
  return isObject(value) ? 'an object' : String(value);
}
