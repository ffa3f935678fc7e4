import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { OpenTask } from '../core/execution/model/openTask.ts';
import { type Attributes, compressedAttribute, jsonAttribute } from './attributes.ts';
import { orderedAttributes, orderedJson } from './orderedJson.ts';
import { isDataKey } from './stored/dataKeys.ts';

/** The list of tasks, and the task. */
const depthInTasks = 2;

/** The fields of an open task that are numbers, and not always there. */
const taskNumbers = [
  'deadline',
  'dispatchAt',
  'heartbeatAt',
  'beat',
  'startBy',
  'timeoutMs',
  'heartbeatMs',
] as const;

export function taskAttribute(task: OpenTask): AttributeValue {
  const { task: id, worker, attempt, cause, retries, input, inputAt } = task;
  const map: Attributes = {
    id: { N: String(id) },
    worker: { S: worker },
    attempt: { N: String(attempt) },
    cause: { S: cause },
  };
  for (const name of taskNumbers) {
    const value = task[name];
    if (value !== undefined) map[name] = { N: String(value) };
  }
  if (task.waitsForResult) map.waitsForResult = { BOOL: true };
  if (task.starts) map.starts = jsonAttribute({ ...task.starts }, depthInTasks);
  if (task.work !== undefined) map.work = { S: task.work };
  if (retries !== undefined) map.retries = jsonAttribute(retries, depthInTasks);
  if (input !== undefined) Object.assign(map, orderedAttributes('input', input, depthInTasks));
  else if (inputAt !== undefined) map.inputAt = { S: inputAt };
  return { M: map };
}

export function compressedTaskAttribute(task: OpenTask): AttributeValue {
  const plain = taskAttribute(task);
  if (task.input === undefined) return plain;
  return { M: { ...plain.M, input: compressedAttribute(JSON.stringify(task.input)) } };
}

export function tasksOf(value: AttributeValue): OpenTask[] | undefined {
  const tasks = (value.L ?? []).flatMap((task) => taskOf(task.M ?? {}) ?? []);
  return tasks.length === value.L?.length ? tasks : undefined;
}

function taskNumbersOf(map: Attributes): Partial<Record<(typeof taskNumbers)[number], number>> {
  const numbers: Partial<Record<(typeof taskNumbers)[number], number>> = {};
  for (const name of taskNumbers) {
    const value = map[name] && numberOf(map[name]);
    if (value !== undefined) numbers[name] = value;
  }
  return numbers;
}

function taskOf(map: Attributes): OpenTask | undefined {
  const { id, worker, attempt, cause, retries, inputAt } = map;
  if (id?.N === undefined || worker?.S === undefined || attempt?.N === undefined) return undefined;
  return {
    task: Number(id.N),
    worker: worker.S,
    attempt: Number(attempt.N),
    cause: cause?.S ?? '',
    ...taskNumbersOf(map),
    ...(map.waitsForResult?.BOOL === true && { waitsForResult: true }),
    ...optional('starts', map.starts && startsOf(map.starts)),
    ...optional('work', map.work && workOf(map.work)),
    ...optional('retries', retries && numbersOf(retries)),
    ...optional('input', orderedJson(map, 'input')),
    ...optional('inputAt', inputAt && dataKeyOf(inputAt)),
  };
}

function startsOf(value: AttributeValue): OpenTask['starts'] {
  const { name, isGenerated, isStopped } = value.M ?? {};
  if (name?.S === undefined) return undefined;
  return {
    name: name.S,
    ...(isGenerated?.BOOL === true && { isGenerated: true }),
    ...(isStopped?.BOOL === true && { isStopped: true }),
  };
}

function workOf({ S: work }: AttributeValue): OpenTask['work'] {
  return work === 'starts' || work === 'awaits' || work === 'cancelled' ? work : undefined;
}

function numbersOf(value: AttributeValue): readonly number[] {
  return (value.L ?? []).map((count) => Number(count.N ?? 0));
}

/** The key of an object that holds data, where it is one. */
export function dataKeyOf(value: AttributeValue): string | undefined {
  return value.S !== undefined && isDataKey(value.S) ? value.S : undefined;
}

export function numberOf(value: AttributeValue): number | undefined {
  return value.N === undefined ? undefined : Number(value.N);
}

export function optional<K extends string, T>(key: K, value: T | undefined): { [key in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]: T });
}
