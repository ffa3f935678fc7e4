import type { KeysOf } from '../../orchestrator/core/policy/options.ts';
import { checkCallOptions } from '../checkCallOptions.ts';
import { waitUntil } from '../dataflow/amounts.ts';
import type { At } from '../dataflow/at.ts';
import { choose } from '../dataflow/choose.ts';
import { failureOf } from '../dataflow/fail.ts';
import {
  argumentsOf,
  effectiveInput,
  leftWithoutResult,
  leftWithResult,
  pathResult,
} from '../dataflow/flow.ts';
import { covers, routeOf } from '../dataflow/handle.ts';
import { concurrencyOf, listOf, toleratedCount, toleratedPercentage } from '../dataflow/items.ts';
import { isArray, type Json } from '../json.ts';
import { lazily } from '../lazily.ts';
import type { MapState, Next, ParallelState, PassState, State, TaskState } from '../model/model.ts';
import { Random } from '../random.ts';
import { StatesError } from '../statesError.ts';
import type { Variables } from '../template/evaluate.ts';
import { testContext } from './context.ts';
import { checkAgainstService, checkConfiguration, type MockedWork, mockedWork, parsed } from './mock.ts';
import {
  type ErrorDetails,
  type InspectionData,
  InvalidStateTestError,
  type ResultCheck,
  type TestStateRequest,
  type TestStateResult,
} from './request.ts';
import { type Subject, subjectOf } from './subject.ts';

export interface TestStateOptions {
  /** Milliseconds since the epoch. @default Date.now() */
  readonly now?: number;
  /** Random numbers and UUIDs of expressions follow from it. @default 'test' */
  readonly seed?: string;
  /** Account in the ARNs of the context object. @default that of the role, or `000000000000` */
  readonly account?: string;
  /**
   * Runs a task that has no mock, and answers its result; it throws a {@link StatesError} where the task fails.
   *
   * @default a Task state needs a mock
   */
  readonly runTask?: (resource: string, given: Json) => Promise<Json>;
  /**
   * Compares a mocked result with the API of the service, as `mock.fieldValidationMode` says.
   *
   * @default results are not compared
   */
  readonly checkResult?: ResultCheck;
}

const optionKeys: KeysOf<TestStateOptions> = {
  now: true,
  seed: true,
  account: true,
  runTask: true,
  checkResult: true,
};

/**
 * Runs one state by itself, as Step Functions' `TestState` does: with mocked work, and with the data after each field.
 *
 * @throws InvalidDefinitionError
 * @throws InvalidStateTestError for a request that Step Functions refuses
 */
export async function testState(
  request: TestStateRequest,
  options: TestStateOptions = {},
): Promise<TestStateResult> {
  checkCallOptions('testState', options, optionKeys);
  const { now = Date.now(), seed = 'test', account, runTask, checkResult } = options;
  const { inspectionLevel = 'INFO', input = {}, variables = {}, context, mock } = request;
  const subject = subjectOf(request);
  const work = mockedWork(subject.state, mock);
  if (mock && checkResult) await checkAgainstService(subject.state, work, mock, checkResult);
  const at: At = {
    input,
    variables,
    context: lazily(() => context ?? testContext(subject.state, request, { now, account })),
    surroundings: { now, random: new Random(seed) },
  };
  const run = new StateTest(subject, request, at, work, runTask);
  const result = await run.result();
  if (inspectionLevel === 'INFO') return result;
  return { ...result, inspectionData: { input, ...run.inspected } };
}

type Handled = TaskState | MapState | ParallelState;

class StateTest {
  readonly #subject: Subject;
  readonly #request: TestStateRequest;
  readonly #at: At;
  readonly #work: MockedWork | undefined;
  readonly #runTask: TestStateOptions['runTask'];
  inspected: InspectionData = {};

  constructor(
    subject: Subject,
    request: TestStateRequest,
    at: At,
    work: MockedWork | undefined,
    runTask: TestStateOptions['runTask'],
  ) {
    this.#subject = subject;
    this.#request = request;
    this.#at = at;
    this.#work = work;
    this.#runTask = runTask;
  }

  async result(): Promise<TestStateResult> {
    const { state } = this.#subject;
    try {
      return await this.#run(state);
    } catch (error) {
      if (!(error instanceof StatesError)) throw error;
      return this.#failed(state, error.error, error.causeText);
    }
  }

  async #run(state: State): Promise<TestStateResult> {
    const at = this.#at;
    switch (state.type) {
      case 'Pass':
        return this.#pass(state);
      case 'Succeed':
      case 'Wait': {
        const flow = state.flow();
        this.#inspect(this.#pathOnly(state, { afterInputPath: effectiveInput(flow, at) }));
        if (state.type === 'Wait') waitUntil(state, at);
        return this.#left(leftWithoutResult(flow, at), state.type === 'Wait' ? state.next : { type: 'end' });
      }
      case 'Fail':
        if (!this.#subject.isNamed) this.#inspect({ afterInputPath: at.input });
        throw failureOf(state, at);
      case 'Choice': {
        this.#inspect(this.#pathOnly(state, { afterInputPath: effectiveInput(state.flow(), at) }));
        const chosen = choose(state, at);
        const next = chosen.rule === undefined ? state.default : state.choices[chosen.rule]?.next;
        return this.#left(chosen, next === undefined ? { type: 'end' } : { type: 'state', name: next });
      }
      case 'Task': {
        const flow = state.flow();
        const given = argumentsOf(flow, at);
        if (flow.language === 'JSONata') this.#inspect({ afterArguments: given });
        else this.#inspect({ afterInputPath: effectiveInput(flow, at), afterParameters: given });
        const result = await this.#worked(state, given);
        if (flow.language === 'JSONPath') this.#inspect({ result });
        return this.#withResult(state, result);
      }
      case 'Map':
        this.#items(state);
        return this.#withResult(state, await this.#worked(state, at.input));
      case 'Parallel': {
        const flow = state.flow();
        const given = argumentsOf(flow, at);
        if (flow.language === 'JSONata') this.#inspect({ afterArguments: given });
        else this.#inspect({ afterInputPath: effectiveInput(flow, at), afterParameters: given });
        return this.#withResult(state, await this.#worked(state, given));
      }
    }
  }

  #pass(state: PassState): TestStateResult {
    const at = this.#at;
    const flow = state.flow();
    if (flow.language === 'JSONata') return this.#left(leftWithoutResult(flow, at), state.next);
    const result = state.result ?? argumentsOf(flow, at);
    const { left, ...after } = pathResult(flow, result, at);
    if (!this.#subject.isNamed) {
      const given = { afterInputPath: effectiveInput(flow, at), afterParameters: result };
      this.#inspect({ ...(state.result === undefined ? given : { result }), ...after });
    }
    return this.#left(left, state.next);
  }

  #items(state: MapState): void {
    const at = this.#at;
    const data = effectiveInput(state.flow(), at);
    this.#inspect(this.#pathOnly(state, { afterInputPath: data }));
    const { stateConfiguration = {}, mock } = this.#request;
    const { mapItemReaderData } = stateConfiguration;
    const read = mapItemReaderData === undefined ? undefined : parsed(mapItemReaderData, 'MapItemReaderData');
    const items = read === undefined ? listOf(state, at, data) : isArray(read) ? read : undefined;
    if (items === undefined) throw new InvalidStateTestError('MapItemReaderData must be an array.');
    checkConfiguration(stateConfiguration, mock, items);
    const count = toleratedCount(state, at, data);
    const percentage = toleratedPercentage(state, at, data);
    this.#inspect({
      ...(read === undefined && this.#pathOnly(state, { afterItemsPath: [...items] })),
      maxConcurrency: concurrencyOf(state, at, data),
      ...(count !== undefined && { toleratedFailureCount: count }),
      ...(percentage !== undefined && { toleratedFailurePercentage: percentage }),
    });
  }

  async #worked(state: Handled, given: Json): Promise<Json> {
    const work = this.#work;
    if (work?.type === 'result') return work.result;
    if (work?.type === 'error') throw new StatesError(work.error, work.cause);
    if (state.type !== 'Task' || this.#runTask === undefined) {
      throw new InvalidStateTestError(
        this.#request.roleArn === undefined
          ? 'RoleArn must be specified when testing a Task state'
          : `The state '${state.name}' runs a task: give a mock for its result.`,
      );
    }
    return await this.#runTask(state.resource, given);
  }

  #withResult(state: Handled, result: Json): TestStateResult {
    const flow = state.flow();
    if (flow.language === 'JSONata') return this.#left(leftWithResult(flow, result, this.#at), state.next);
    const { left, ...after } = pathResult(flow, result, this.#at);
    this.#inspect(after);
    return this.#left(left, state.next);
  }

  #left(left: { readonly output: Json; readonly variables: Variables }, next: Next): TestStateResult {
    if (Object.keys(left.variables).length > 0) this.#inspect({ variables: left.variables });
    const nextState = next.type === 'state' ? { nextState: next.name } : {};
    return { status: 'SUCCEEDED', output: left.output, ...nextState };
  }

  #failed(state: State, error: string | undefined, cause: string | undefined): TestStateResult {
    const failure = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
    if (!('retry' in state)) return { status: 'FAILED', ...failure };
    const { retrierRetryCount = 0 } = this.#request.stateConfiguration ?? {};
    const used = state.retry.map(() => retrierRetryCount);
    const place = state.retry.findIndex(({ errors }) => covers(errors, error ?? ''));
    const retried = place < 0 ? {} : { retryIndex: place };
    const route = routeOf(state, state.language, failure, used, this.#at);
    switch (route.type) {
      case 'retry':
        this.#inspectError({ ...retried, retryBackoffIntervalSeconds: Math.round(route.delayMs / 1000) });
        return { status: 'RETRIABLE', ...failure };
      case 'catch': {
        this.#inspectError({ ...retried, catchIndex: route.place });
        const next = state.catch[route.place]?.next;
        const caught = this.#left(
          route,
          next === undefined ? { type: 'end' } : { type: 'state', name: next },
        );
        return { ...caught, status: 'CAUGHT_ERROR', ...failure };
      }
      case 'fail':
        if (place >= 0) this.#inspectError(retried);
        return { status: 'FAILED', ...failure };
    }
  }

  #inspectError(errorDetails: ErrorDetails): void {
    this.#inspect({ errorDetails });
  }

  #inspect(data: InspectionData): void {
    this.inspected = { ...this.inspected, ...data };
  }

  /** JSONata has no paths to inspect. */
  #pathOnly(state: State, data: InspectionData): InspectionData {
    return state.language === 'JSONPath' ? data : {};
  }
}
