import { type Format, machineFromText, readDefinition, tasksOf } from '../../asl/index.ts';
import { loadDefinition } from '../../asl/load.ts';
import type { ExecutionDescription } from '../../client/index.ts';
import type { Json, JsonObject } from '../../orchestrator/core/data/json.ts';
import { testCloud } from '../../testing/index.ts';
import { InvalidInputError } from '../errors.ts';

/** What became of one execution in memory. */
export interface DefinitionRun {
  readonly status: ExecutionDescription['status'];
  readonly output?: Json;
  readonly error?: { readonly name: string; readonly message: string };
  readonly path: readonly EnteredState[];
}

export interface EnteredState {
  /** The definition's names from its start, divided by slashes. */
  readonly state: string;
  /** Seconds since the start. */
  readonly at: number;
}

interface Answer {
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
}

/** @throws InvalidDefinitionError, and InvalidInputError where the answers name a task that the definition does not have */
export async function runDefinition(
  text: string,
  format: Format,
  input: Json,
  answers: JsonObject,
): Promise<DefinitionRun> {
  const path: { state: string; at: number }[] = [];
  const machine = machineFromText(text, {
    id: 'definition',
    format,
    tasks: 'mocked',
    onEnter: (state, at) => path.push({ state, at }),
  });
  const { definition = {} } = loadDefinition(text, format);
  const names = [...tasksOf(readDefinition(definition))].map((task) => task.path);
  const unknown = Object.keys(answers).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new InvalidInputError(
      `The answers name '${unknown}', and the tasks of the definition are: ${names.join(', ')}.`,
    );
  }
  const cloud = testCloud(
    [machine],
    Object.fromEntries(names.map((name) => [name, answering(name, answers[name])])),
  );
  const startedAt = cloud.now.getTime();
  const { executionId } = await cloud.start('definition', { input });
  const { status, output, error } = await cloud.runToEnd(executionId);
  return {
    status,
    ...(output !== undefined && { output }),
    ...(error && { error: { name: error.name, message: error.message } }),
    path: path.map(({ state, at }) => ({ state, at: Math.max(0, Math.round((at - startedAt) / 100) / 10) })),
  };
}

function answering(name: string, given: Json | undefined): () => Json {
  const left = Array.isArray(given) ? [...given] : given === undefined ? [] : [given];
  return () => {
    const answer = left.length > 1 ? left.shift() : left[0];
    if (!isAnswer(answer)) throw named('Millrace.NoAnswer', `The file of answers has none for '${name}'.`);
    if (answer.error !== undefined) throw named(answer.error, answer.cause ?? '');
    return answer.output ?? null;
  };
}

function isAnswer(value: Json | undefined): value is Json & Answer {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    ('output' in value || 'error' in value)
  );
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
