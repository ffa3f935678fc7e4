import type { TaskPayload } from '../../orchestrator/contract/task.ts';
import type { DispatchOutcome, FunctionInvoker } from '../../orchestrator/dispatch/dispatch.ts';
import { failedHandler } from '../../orchestrator/handlers/failed.ts';
import type { InvocationRecord } from '../../orchestrator/handlers/failedInvocation.ts';
import type { Report } from '../../orchestrator/observability/report.ts';
import type { TableLayout } from '../../orchestrator/table/retention.ts';
import { runTask, type Task } from '../../workers/runTask.ts';
import { tableOf } from './instances.ts';
import { SimulatedProcess, type World } from './process.ts';

/** What a worker does in its `time`th run of an attempt: two runs of one attempt may come to different ends. */
export type Work = (worker: string, input: unknown, task: Task, time: number) => unknown;

export interface LambdaOptions {
  readonly layout: TableLayout;
  readonly work: Work;
  /** Names the commit that handed the task over. */
  handOverOf(payload: TaskPayload): string | undefined;
  readonly report: (report: Report) => void;
}

/** Of an execution, that are answered. */
const mostTasks = 40;
/** A worker with signs of life gives so many, so often. */
const beats = 3;
const beatEveryMs = 3000;

/** Functions of workers, invoked asynchronously. */
export class SimulatedLambda {
  /** `executionId/task#n#attempt` of each time that a worker began. */
  runs: string[] = [];
  /** Attempts of `once` tasks whose work was begun more than once. */
  readonly begunTwice: string[] = [];
  /** Attempts that one instance has dispatched, was told so, and dispatched once more. */
  readonly dispatchedTwice: string[] = [];
  /** Told of each invocation that Lambda took. */
  onInvoke: (payload: TaskPayload) => void = () => {};
  readonly #world: World;
  readonly #options: LambdaOptions;
  /** Attempts of `once` tasks whose work was begun. */
  #begun = new Set<string>();

  constructor(world: World, options: LambdaOptions) {
    this.#world = world;
    this.#options = options;
  }

  invokerOf(process: SimulatedProcess): FunctionInvoker {
    const dispatched = new Set<string>();
    return {
      invoke: async (functionName, payload) => {
        const { executionId, item } = payload;
        const key = `${executionId}/${item}`;
        const handOver = this.#options.handOverOf(payload);
        if (handOver !== undefined && dispatched.has(handOver)) this.dispatchedTwice.push(key);
        const what = () => `invoke ${functionName} ${key}`;
        const outcome = await process.call(what, () => this.#invoke(payload));
        if (outcome.type === 'dispatched' && handOver !== undefined) dispatched.add(handOver);
        return outcome;
      },
    };
  }

  #invoke(payload: TaskPayload): DispatchOutcome {
    const { draws, schedule } = this.#world;
    if (draws.strikes('throttledInvoke')) return { type: 'deferred', error: 'TooManyRequestsException' };
    this.onInvoke(payload);
    // Machines that no one wrote start ever more tasks at times.
    if (payload.task >= mostTasks) return { type: 'dispatched' };
    const begin = () => schedule.begin(this.#run(payload));
    if (!draws.strikes('lostInvoke')) schedule.later(this.#delayMs(), begin);
    if (draws.strikes('duplicateInvoke')) schedule.later(this.#delayMs() + draws.below(5000, 'late'), begin);
    if (draws.strikes('ambiguousInvoke')) return { type: 'deferred', error: 'TimeoutError' };
    return { type: 'dispatched' };
  }

  #delayMs(): number {
    const { draws } = this.#world;
    return 5 + draws.below(40, 'worker') + (draws.strikes('slowInvoke') ? draws.below(150_000, 'slow') : 0);
  }

  async #run(payload: TaskPayload): Promise<void> {
    const { draws, schedule } = this.#world;
    const process = new SimulatedProcess('worker', this.#world, ['dyingWorker', 'dyingWorker']);
    const key = `${payload.executionId}/${payload.item}`;
    this.runs.push(key);
    const time = this.runs.filter((run) => run === key).length;
    // JSON, as through Lambda.
    const received: TaskPayload = JSON.parse(JSON.stringify(payload));
    const table = tableOf(process, this.#options.layout);
    const slowMs = draws.strikes('slowWorker') ? draws.below(150_000, 'slow') : draws.below(50, 'worker');
    const insertResult: typeof table.journal.insertResult = async (result, expiry) => {
      await schedule.wait(slowMs);
      return table.journal.insertResult(result, expiry);
    };
    const surroundings = {
      table: { journal: { insertResult }, attempts: table.attempts },
      now: () => process.now(),
      newId: () => `run ${this.runs.length} ${schedule.now}`,
    };
    const work = (input: unknown, task: Task) => process.doing(this.#work(payload, input, task, time));
    // It is not run again: retrying is the orchestrator's.
    await process.doing(runTask(received, work, surroundings)).catch(() => this.#fail(payload));
  }

  async #work(
    { worker, once, item }: TaskPayload,
    input: unknown,
    task: Task,
    time: number,
  ): Promise<unknown> {
    if (once) {
      const key = `${task.executionId}/${item}`;
      if (this.#begun.has(key)) this.begunTwice.push(key);
      this.#begun.add(key);
    }
    for (let beat = 1; worker === 'encode' && beat <= beats; beat++) {
      await this.#world.schedule.wait(beatEveryMs);
      await task.heartbeat({ progress: beat });
    }
    return this.#options.work(worker, input, task, time);
  }

  /** Of an execution whose id is used again, and its children. */
  forget(executionId: string): void {
    const isOther = (key: string) => !key.startsWith(`${executionId}/`) && !key.startsWith(`${executionId}.`);
    this.runs = this.runs.filter(isOther);
    this.#begun = new Set([...this.#begun].filter(isOther));
  }

  /** The on-failure destination of the workers' functions. */
  #fail(payload: TaskPayload): void {
    const { draws, schedule } = this.#world;
    if (draws.strikes('lostFailure')) return;
    const responsePayload = { errorType: 'Runtime.ExitError', errorMessage: 'exit status 1' };
    schedule.later(50 + draws.below(900, 'destination'), () =>
      schedule.begin(this.#tellFailure({ requestPayload: payload, responsePayload })),
    );
  }

  async #tellFailure(record: InvocationRecord): Promise<void> {
    const process = new SimulatedProcess('failed', this.#world);
    const { layout, report } = this.#options;
    const table = tableOf(process, layout);
    const handler = failedHandler({
      table,
      report,
      now: () => process.now(),
      afterBatch: () => {},
      functionPrefix: '',
    });
    // What the table does not take, the deadline finds.
    await process.doing(handler(record)).catch(() => undefined);
  }
}
