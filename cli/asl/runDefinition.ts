import { type Format, machineFromText, type PlacedTask, readDefinition, tasksOf } from '../../asl/index.ts';
import { errorsIn, InvalidDefinitionError, loadDefinition } from '../../asl/load.ts';
import type { ExecutionDescription } from '../../client/index.ts';
import type { Json, JsonObject } from '../../orchestrator/core/data/json.ts';
import { testCloud } from '../../testing/index.ts';
import { InvalidInputError } from '../errors.ts';

/** The outcome of one execution in memory. */
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

/** Where a definition is, and what its execution starts with. */
export interface DefinitionToRun {
  readonly text: string;
  readonly format: Format;
  readonly input: Json;
  /** As the user has named it. */
  readonly file: string;
}

/** @throws InvalidDefinitionError, and InvalidInputError where the answers name a task that the definition does not have */
export async function runDefinition(run: DefinitionToRun, answers: JsonObject): Promise<DefinitionRun> {
  const names = tasksIn(run).map(({ path }) => path);
  const unknown = Object.keys(answers).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new InvalidInputError(
      `The answers name '${unknown}', and the tasks of the definition are: ${names.join(', ')}.`,
    );
  }
  return runMocked(run, ({ path }) => answering(path, answers[path]));
}

/**
 * The definition's Task states, those of branches and iterators included.
 *
 * @throws InvalidDefinitionError
 */
export function tasksIn({ text, format, file }: DefinitionToRun): readonly PlacedTask[] {
  const loaded = loadDefinition(text, format);
  const errors = errorsIn(loaded);
  if (errors.length > 0) throw new InvalidDefinitionError(`in ${file}`, errors);
  return [...tasksOf(readDefinition(loaded.definition ?? {}))];
}

/**
 * @param answerTo what a task answers, call by call
 * @throws InvalidDefinitionError
 */
export async function runMocked(
  run: DefinitionToRun,
  answerTo: (task: PlacedTask) => () => Json,
): Promise<DefinitionRun> {
  const path: { state: string; at: number }[] = [];
  const { text, format, input } = run;
  const machine = machineFromText(text, {
    id: 'definition',
    format,
    tasks: 'mocked',
    onEnter: (state, at) => path.push({ state, at }),
  });
  const cloud = testCloud(
    [machine],
    Object.fromEntries(tasksIn(run).map((task) => [task.path, answerTo(task)])),
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

/** An error as a task fails with it. */
export function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
