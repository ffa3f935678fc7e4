import type { PlacedTask } from '../../asl/index.ts';
import { matches } from '../../cli/compare/wildcards.ts';
import type { Json } from '../../orchestrator/core/data/json.ts';
import type { Task } from '../../workers/runTask.ts';
import type { Mock } from './aslCase.ts';

export type AttemptOfTask = Pick<Task, 'executionId' | 'task' | 'index' | 'attempt'>;

/** Answers tasks as recorded, each answer once. A task that is delivered twice gets the same answer twice. */
export class MockedTasks {
  /** Tasks that were given something else than recorded. */
  readonly otherInputs: { readonly state: string; readonly given: Json; readonly recorded: Json }[] = [];
  readonly #left: Mock[];
  readonly #given = new Map<string, Mock | undefined>();

  readonly #wildcards: readonly string[];

  constructor(mocks: readonly Mock[], wildcards: readonly string[] = []) {
    this.#left = [...mocks];
    this.#wildcards = wildcards;
  }

  /** Workers by the paths of the tasks. */
  workers(tasks: Iterable<PlacedTask>): Record<string, (input: unknown, task: AttemptOfTask) => Json> {
    return Object.fromEntries(
      [...tasks].map(({ path, task }) => [
        path,
        (input, attempt) => this.#answer(task.name, input as Json, attempt),
      ]),
    );
  }

  #answer(state: string, input: Json, { executionId, task, index, attempt }: AttemptOfTask): Json {
    const key = `${executionId}#${task}#${index ?? ''}#${attempt}`;
    if (!this.#given.has(key)) this.#given.set(key, this.#take(state, input));
    const mock = this.#given.get(key);
    if (mock === undefined) throw named('NoMock', `The case has no answer left for '${state}'.`);
    if (mock.error !== undefined) throw named(mock.error, mock.cause ?? '');
    return mock.output ?? null;
  }

  #take(state: string, input: Json): Mock | undefined {
    const ofState = this.#left.filter(
      (each) => each.state === undefined || each.state === null || each.state === state,
    );
    const isRecorded = (each: Mock) => matches(each.input ?? null, input, this.#wildcards);
    const mock = ofState.find(isRecorded) ?? ofState[0];
    if (mock === undefined) return undefined;
    this.#left.splice(this.#left.indexOf(mock), 1);
    if (!isRecorded(mock)) {
      this.otherInputs.push({ state, given: input, recorded: mock.input ?? null });
    }
    return mock;
  }
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
