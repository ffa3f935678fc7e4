import type { Json, PlacedTask } from '../../asl/index.ts';
import type { ServiceCall } from '../../asl/integrations/serviceCall.ts';
import { isObject, type JsonObject } from '../../asl/json.ts';
import { serviceWork } from '../../services/index.ts';
import type { Task } from '../../workers/runTask.ts';
import type { Mock } from './aslCase.ts';
import { hasClient, recordedClients } from './recordedClients.ts';

export interface Completion {
  complete(token: string, output: Json): Promise<unknown>;
  fail(token: string, error: string, cause: string): Promise<unknown>;
}

/**
 * The tasks of a case: the service worker calls a stand-in for the service, which answers as recorded. A result that comes by a
 * token comes as recorded, too.
 */
export class ServedTasks {
  /** Tasks that the service worker did. */
  served = 0;
  readonly #left: Mock[];
  readonly #given = new Map<string, Mock>();
  readonly #completion: () => Completion;

  constructor(mocks: readonly Mock[], completion: () => Completion) {
    this.#left = [...mocks];
    this.#completion = completion;
  }

  workers(tasks: Iterable<PlacedTask>): Record<string, (input: unknown, task: Task) => Promise<unknown>> {
    return Object.fromEntries(
      [...tasks].map(({ path, task }) => [path, (input, attempt) => this.#work(task.name, input, attempt)]),
    );
  }

  async #work(state: string, input: unknown, task: Task): Promise<unknown> {
    const mock = this.#mockOf(state, task);
    if (task.token !== undefined) return this.#started(mock, input, task, task.token);
    if (!isServiceCall(input) || !(await hasClient(clientName(input)))) return answered(mock);
    this.served++;
    try {
      const result = await serviceWork(recordedClients(mock))(input, task);
      return withRecordedExchange(result, mock.output);
    } catch (error) {
      throw withRecordedCause(error, mock.cause);
    }
  }

  /** The result comes by the token. */
  async #started(mock: Mock, input: unknown, task: Task, token: string): Promise<void> {
    if (isServiceCall(input) && (await hasClient(clientName(input)))) {
      this.served++;
      await serviceWork(recordedClients({ output: {} }))(input, task);
    }
    if (mock.timedOut) return;
    const { complete, fail } = this.#completion();
    if (mock.error === undefined) await complete(token, mock.output ?? null);
    else await fail(token, mock.error, mock.cause ?? '');
  }

  #mockOf(state: string, { executionId, task, index, attempt }: Task): Mock {
    const key = `${executionId}#${task}#${index ?? ''}#${attempt}`;
    const place = this.#left.findIndex((each) => each.state === state);
    const mock = this.#given.get(key) ?? this.#left.splice(place, place < 0 ? 0 : 1)[0];
    if (mock === undefined) throw new Error(`The case has no answer left for '${state}'.`);
    this.#given.set(key, mock);
    return mock;
  }
}

function isServiceCall(input: unknown): input is ServiceCall {
  return typeof input === 'object' && input !== null && 'service' in input && 'step' in input;
}

const clients: Readonly<Record<string, string>> = { events: 'eventbridge', elasticmapreduce: 'emr' };

function clientName({ service, isSdk }: ServiceCall): string {
  return isSdk ? service : (clients[service] ?? service.replaceAll('-', ''));
}

function answered(mock: Mock): Json {
  if (mock.error !== undefined) throw Object.assign(new Error(mock.cause ?? ''), { name: mock.error });
  return mock.output ?? null;
}

/** Headers and ids of the recorded exchange are not compared. */
function withRecordedExchange(result: unknown, recorded: Json | undefined): unknown {
  if (!isObject(result) || !isObject(recorded)) return result;
  const keys = ['SdkHttpMetadata', 'SdkResponseMetadata'].filter((key) => key in result && key in recorded);
  const exchange: JsonObject = Object.fromEntries(keys.map((key) => [key, recorded[key] ?? null]));
  return { ...result, ...exchange };
}

/** Recordings until the autumn of 2025 do not say how often the SDK tried. */
function withRecordedCause(error: unknown, recorded: string | undefined): unknown {
  const suffix = ' (SDK Attempt Count: 1)';
  if (error instanceof Error && !recorded?.endsWith(suffix))
    error.message = error.message.replace(suffix, '');
  return error;
}
