import type { DispatchOutcome, FunctionInvoker } from '../../orchestrator/dispatch.ts';
import type { TableLayout } from '../../orchestrator/table/executionItem.ts';
import type { TaskPayload } from '../../workers/contract.ts';
import { runTask, type Task } from '../../workers/runTask.ts';
import { tableOf } from './instances.ts';
import { SimulatedProcess, type World } from './process.ts';

/** What a worker does in its `time`th run of an attempt: two runs of one attempt may come to different ends. */
export type Work = (worker: string, input: unknown, task: Task, time: number) => unknown;

/** Of an execution, that are answered. */
const mostTasks = 40;

/** Functions of workers, invoked asynchronously. */
export class SimulatedLambda {
  /** `executionId/task#n#attempt` of each time that a worker began. */
  readonly runs: string[] = [];
  /** Told of each invocation that Lambda took. */
  onInvoke: (payload: TaskPayload) => void = () => {};
  readonly #world: World;
  readonly #layout: TableLayout;
  readonly #work: Work;

  constructor(world: World, layout: TableLayout, work: Work) {
    this.#world = world;
    this.#layout = layout;
    this.#work = work;
  }

  invokerOf(process: SimulatedProcess): FunctionInvoker {
    return {
      invoke: (functionName, payload) =>
        process.call(`invoke ${functionName} ${payload.executionId}/${payload.item}`, () =>
          this.#invoke(payload),
        ),
    };
  }

  #invoke(payload: TaskPayload): DispatchOutcome {
    const { draws, schedule } = this.#world;
    if (draws.strikes('throttledInvoke')) return { type: 'deferred', error: 'TooManyRequestsException' };
    this.onInvoke(payload);
    // Machines that nobody wrote start ever more tasks at times.
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
    const table = tableOf(process, this.#layout);
    const slowMs = draws.strikes('slowWorker') ? draws.below(150_000, 'slow') : draws.below(50, 'worker');
    const insertResult: typeof table.insertResult = async (result, expiry) => {
      await schedule.wait(slowMs);
      return table.insertResult(result, expiry);
    };
    const work = (input: unknown, task: Task) => this.#work(payload.worker, input, task, time);
    const surroundings = {
      table: {
        insertResult,
        insertClaim: table.insertClaim.bind(table),
        writeBeat: table.writeBeat.bind(table),
      },
      now: () => process.now(),
    };
    // A worker that dies, or whose write fails, is not run again: its deadline finds it.
    await process.doing(runTask(received, work, surroundings)).catch(() => {});
  }
}
