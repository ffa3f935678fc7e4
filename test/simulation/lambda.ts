import { runChain } from '../../orchestrator/chain/chain.ts';
import type { NudgeEvent } from '../../orchestrator/contract/nudge.ts';
import type { FailedChainEvent } from '../../orchestrator/contract/recovery.ts';
import type { TaskPayload } from '../../orchestrator/contract/task.ts';
import type { Json } from '../../orchestrator/core/data/json.ts';
import type { MachineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { type OpenTask, taskKey } from '../../orchestrator/core/execution/model/openTask.ts';
import type { TaskResult } from '../../orchestrator/core/execution/model/taskResult.ts';
import { chainCause, chainIdOf } from '../../orchestrator/core/execution/tasks/chainCause.ts';
import type { DispatchOutcome, FunctionInvoker } from '../../orchestrator/dispatch/dispatch.ts';
import { failedHandler } from '../../orchestrator/handlers/failed.ts';
import type { InvocationRecord } from '../../orchestrator/handlers/failedInvocation.ts';
import type { Report } from '../../orchestrator/observability/report.ts';
import type { DynamoDBTable } from '../../orchestrator/table/dynamodb/dynamoDBTable.ts';
import { decodeExecution } from '../../orchestrator/table/executionItem.ts';
import type { ResultItem } from '../../orchestrator/table/resultItem.ts';
import type { TableLayout } from '../../orchestrator/table/retention.ts';
import { cancelTask, settleAttempt, withCancellation } from '../../workers/cancelTask.ts';
import { nudgeOf } from '../../workers/nudge.ts';
import { attemptTask, type Task, writeResult } from '../../workers/runTask.ts';
import { unfinished } from '../../workers/unfinished.ts';
import { Jobs, jobIn } from './errand.ts';
import { otherRelease, tableName, tableOf } from './instances.ts';
import { InvariantError } from './invariantError.ts';
import { SimulatedProcess, type World } from './process.ts';
import { sprint } from './relay.ts';

/** All tasks of an invocation. */
function tasksOf(payload: TaskPayload): readonly TaskPayload[] {
  return [payload, ...(payload.chain?.others ?? [])];
}

function keyOf({ executionId, item }: TaskPayload): string {
  return `${executionId}/${item}`;
}

/** JSON, as through Lambda. */
function received(payload: TaskPayload): TaskPayload {
  return JSON.parse(JSON.stringify(payload));
}

/** The work of a worker in its `time`th run of an attempt: two runs of one attempt may come to different ends. */
export type Work = (worker: string, input: unknown, task: Task, time: number) => unknown;

/** The end of one run of an attempt. */
export interface RunEnd {
  readonly worker: string;
  readonly input: Json;
  readonly result: TaskResult;
  readonly at: number;
}

export interface LambdaOptions {
  readonly layout: TableLayout;
  readonly work: Work;
  /** Names the commit that handed the task over. */
  handOverOf(payload: TaskPayload): string | undefined;
  /** The machines in the worker host's bundle. */
  machinesOfHost(): MachineLookup;
  /** Told of each invocation that may chain. */
  onChain(payload: TaskPayload): void;
  /** Told of each task that a chain has opened itself and begins. */
  onChained(payload: TaskPayload, cause: string): void;
  /** Told of each cause in the commits of a run of a chain. */
  onChainCommit(executionId: string, cause: string, run: number): void;
  /** Told of a task that a failed chain has opened, and that is open after its recovery. */
  onLeft(executionId: string, item: string): void;
  /** Told of a task that is open after the end of a chain that had its result. */
  onForgotten(executionId: string, item: string): void;
  /** Invokes the orchestrator beside the stream. */
  nudge(event: NudgeEvent): void;
  /** Calls the recovery function. */
  recover(event: FailedChainEvent): Promise<unknown>;
  readonly report: (report: Report) => void;
  /** Whether there are hosts of two releases. */
  readonly isMixed: boolean;
}

/** The answered attempts of an execution. */
const mostTasks = 40;
/** A worker with signs of life gives so many, so often. */
const beats = 3;
const beatEveryMs = 3000;
const longestOddMs = 90_000;
/** By which a write of a process that died is taken. */
const longestFlightMs = 5000;

/** Functions of workers, invoked asynchronously. */
export class SimulatedLambda {
  /** `executionId/task#n#attempt` of each time that a worker began. */
  runs: string[] = [];
  /** Attempts of `once` tasks whose work was begun more than once. */
  readonly begunTwice: string[] = [];
  /** Attempts that one instance has dispatched, knew to be dispatched, and dispatched once more. */
  readonly dispatchedTwice: string[] = [];
  /** Told of each invocation that Lambda took. */
  onInvoke: (payload: TaskPayload) => void = () => {};
  /** Told of each task whose worker is to cancel its work. */
  onCancel: (payload: TaskPayload) => void = () => {};
  /** The jobs of errands. */
  readonly jobs = new Jobs();
  readonly #world: World;
  readonly #options: LambdaOptions;
  /** The ends of the runs of each attempt. */
  readonly #ends = new Map<string, RunEnd[]>();
  /** Attempts for which an invocation was taken. */
  readonly #invoked = new Set<string>();
  /** Attempts of `once` tasks whose work was begun. */
  #begun = new Set<string>();
  #chains = 0;
  readonly #errandWork = withCancellation(
    {},
    {
      cancel: async (input, close) => {
        const job = jobIn(input) ?? jobIn(await close());
        if (job !== undefined) this.jobs.cancel(job);
      },
      cancelLate: async (input, output) => {
        const started = jobIn(input) === undefined ? jobIn(output) : undefined;
        if (started !== undefined) this.jobs.cancel(started);
      },
    },
  );

  constructor(world: World, options: LambdaOptions) {
    this.#world = world;
    this.#options = options;
  }

  invokerOf(process: SimulatedProcess): FunctionInvoker {
    const dispatched = new Set<string>();
    return {
      invoke: async (functionName, payload) => {
        if (payload.cancelled) {
          return process.call(
            () => `cancel ${keyOf(payload)}`,
            () => this.#cancel(payload),
          );
        }
        const handOvers = tasksOf(payload).map((each) => this.#options.handOverOf(each));
        for (const [index, handOver] of handOvers.entries()) {
          if (handOver === undefined || !dispatched.has(handOver)) continue;
          this.dispatchedTwice.push(keyOf(tasksOf(payload)[index] ?? payload));
        }
        const what = () => `invoke ${functionName} ${tasksOf(payload).map(keyOf).join(', ')}`;
        const outcome = await process.call(what, () => this.#invoke(payload));
        if (outcome.type !== 'dispatched') return outcome;
        for (const handOver of handOvers) if (handOver !== undefined) dispatched.add(handOver);
        return outcome;
      },
    };
  }

  /** The ends of the runs of an attempt. */
  endsOf(executionId: string, item: string): readonly RunEnd[] {
    return this.#ends.get(`${executionId}/${item}`) ?? [];
  }

  #invoke(payload: TaskPayload): DispatchOutcome {
    const { draws, schedule } = this.#world;
    if (draws.strikes('throttledInvoke')) return { type: 'deferred', error: 'TooManyRequestsException' };
    for (const each of tasksOf(payload)) {
      this.onInvoke(each);
      this.#invoked.add(keyOf(each));
    }
    // Machines that no one wrote start ever more tasks at times.
    if (payload.task >= mostTasks) return { type: 'dispatched' };
    const begin = () => schedule.begin(payload.chain ? this.#runChain(payload) : this.#run(payload));
    if (payload.chain) this.#options.onChain(payload);
    if (!draws.strikes('lostInvoke')) schedule.later(this.#delayMs(), begin);
    if (draws.strikes('duplicateInvoke')) schedule.later(this.#delayMs() + draws.below(5000, 'late'), begin);
    if (draws.strikes('ambiguousInvoke')) return { type: 'deferred', error: 'TimeoutError' };
    return { type: 'dispatched' };
  }

  /** The worker of an errand cancels the job that nothing waits for any more. */
  #cancel(payload: TaskPayload): DispatchOutcome {
    const { draws, schedule } = this.#world;
    this.onCancel(payload);
    if (draws.strikes('throttledInvoke')) return { type: 'deferred', error: 'TooManyRequestsException' };
    const run = async () => {
      const process = new SimulatedProcess('worker', this.#world, {
        crashes: ['dyingWorker', 'dyingWorker'],
      });
      const table = tableOf(process, this.#options.layout);
      const { report } = this.#options;
      const now = () => process.now();
      await process
        .doing(cancelTask(received(payload), this.#errandWork, { table, now, report }))
        .catch(() => undefined);
    };
    if (!draws.strikes('lostInvoke')) schedule.later(this.#delayMs(), () => schedule.begin(run()));
    if (draws.strikes('duplicateInvoke')) {
      schedule.later(this.#delayMs() + draws.below(5000, 'late'), () => schedule.begin(run()));
    }
    return { type: 'dispatched' };
  }

  wasInvoked(executionId: string, item: string): boolean {
    return this.#invoked.has(`${executionId}/${item}`);
  }

  #delayMs(): number {
    const { draws } = this.#world;
    return 5 + draws.below(40, 'worker') + (draws.strikes('slowInvoke') ? draws.below(150_000, 'slow') : 0);
  }

  async #run(payload: TaskPayload): Promise<void> {
    const process = new SimulatedProcess('worker', this.#world, { crashes: ['dyingWorker', 'dyingWorker'] });
    const table = tableOf(process, this.#options.layout);
    // It is not run again: retrying is the orchestrator's.
    await process.doing(this.#doAndTell(payload, process, table)).catch(() => this.#fail(payload));
  }

  async #doAndTell(payload: TaskPayload, process: SimulatedProcess, table: DynamoDBTable): Promise<void> {
    const { draws } = this.#world;
    const written = await this.#do(payload, process, table);
    if (!written || payload.nudge === undefined) return;
    const id = `nudge#${draws.below(1e6, 'token').toString(36)}`;
    const event = nudgeOf(payload, written, Number.POSITIVE_INFINITY, id);
    const { executionId, item } = payload;
    // Workers in other languages name the item alone.
    const told = draws.chance(0.3, 'plain') ? { nudge: { executionId, item } } : event;
    const what = () => `nudge ${executionId} ${item}`;
    await process.call(what, () => this.#options.nudge(told));
  }

  /** The worker host, with a permission to chain. */
  async #runChain(payload: TaskPayload): Promise<void> {
    const { draws } = this.#world;
    const { layout, report, machinesOfHost, onChained, onChainCommit, isMixed } = this.#options;
    const run = ++this.#chains;
    const process = new SimulatedProcess(`host ${run}`, this.#world, {
      crashes: ['dyingWorker', 'dyingWorker'],
      isHost: true,
    });
    const table = tableOf(process, layout);
    const token = `${run}-${draws.below(1e6, 'token').toString(36)}`;
    const cause = chainCause(chainIdOf(payload), token);
    const commit = table.executions.commit.bind(table.executions);
    table.executions.commit = (execution, outgoing, emitted) => {
      const isOpening = execution.tasks.some((task) => task.cause === cause);
      if (isOpening) onChainCommit(execution.executionId, cause, run);
      return commit(execution, outgoing, emitted);
    };
    const first = new Set(tasksOf(payload).map(keyOf));
    const withResult: TaskPayload[] = [];
    const chain = runChain(received(payload), {
      table,
      tableName,
      machines: machinesOfHost(),
      limits: { waitForMachineMs: 900_000, ...(isMixed && otherRelease(draws)) },
      layout,
      hasBus: false,
      observe: () => {},
      report,
      storeOverBytes: Number.POSITIVE_INFINITY,
      now: () => process.now(),
      wait: (ms) => process.sleep(ms),
      token,
      attempt: async (task) => {
        if (task.task >= mostTasks) return undefined;
        if (!first.has(keyOf(task))) onChained(task, cause);
        const result = await this.#attempt(task, process, table);
        if (result) withResult.push(task);
        return result;
      },
      write: (task, result) => writeResult(result, task.expiresAt, table),
    });
    const hasFailed = await process.doing(chain).then(
      () => false,
      () => true,
    );
    if (hasFailed) this.#fail(payload, cause);
    else for (const task of withResult) this.#checkKept(task, first);
  }

  /** A chain that ends has given all results of committed tasks away: to its commits, or to the journal. */
  #checkKept(payload: TaskPayload, first: ReadonlySet<string>): void {
    const { executionId, item, machine } = payload;
    // With checkpoints, another commit may have opened the task, which has a worker then.
    if (machine === sprint.id && !first.has(keyOf(payload))) return;
    const { database } = this.#world;
    const stored = database.get(executionId, 'execution');
    const execution = stored && decodeExecution(stored);
    const isOpen = execution?.tasks.some((task) => taskKey(task) === item) === true;
    if (isOpen && !database.get(executionId, item)) this.#options.onForgotten(executionId, item);
  }

  async #do(
    payload: TaskPayload,
    process: SimulatedProcess,
    table: DynamoDBTable,
  ): Promise<ResultItem | undefined> {
    const result = await this.#attempt(payload, process, table);
    if (!result) return undefined;
    const { report } = this.#options;
    const work = payload.worker === 'convert' ? this.#errandWork : undefined;
    const write = (item: ResultItem) => writeResult(item, payload.expiresAt, table);
    return settleAttempt(payload, result, work, write, { table, now: () => process.now(), report });
  }

  async #attempt(
    payload: TaskPayload,
    process: SimulatedProcess,
    table: DynamoDBTable,
  ): Promise<ResultItem | undefined> {
    const { draws, schedule } = this.#world;
    const key = keyOf(payload);
    this.runs.push(key);
    const time = this.runs.filter((run) => run === key).length;
    const slowMs = draws.strikes('slowWorker') ? draws.below(150_000, 'slow') : draws.below(50, 'worker');
    const surroundings = {
      table,
      now: () => process.now(),
      newId: () => `run ${this.runs.length} ${schedule.now}`,
    };
    const work = (input: unknown, task: Task) => process.doing(this.#work(payload, input, task, time));
    const result = await attemptTask(received(payload), work, surroundings);
    if (!result) return undefined;
    await schedule.wait(slowMs);
    const end = { worker: payload.worker, input: payload.input, result: result.result, at: schedule.now };
    this.#ends.set(key, [...(this.#ends.get(key) ?? []), end]);
    return result;
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
    if (worker !== 'convert') return this.#options.work(worker, input, task, time);
    return this.#runErrand(() => this.#options.work(worker, input, task, time), input);
  }

  #runErrand(work: () => unknown, input: unknown): unknown {
    try {
      const output = work();
      this.jobs.note(input, output === unfinished ? 'goesOn' : { output });
      return output;
    } catch (error) {
      this.jobs.note(input, 'failed');
      throw error;
    }
  }

  /** Forgets an execution whose id is used again, and its children. */
  forget(executionId: string): void {
    this.jobs.forget(executionId);
    const isOther = (key: string) => !key.startsWith(`${executionId}/`) && !key.startsWith(`${executionId}.`);
    this.runs = this.runs.filter(isOther);
    this.#begun = new Set([...this.#begun].filter(isOther));
    for (const key of [...this.#ends.keys()]) if (!isOther(key)) this.#ends.delete(key);
    for (const key of this.#invoked) if (!isOther(key)) this.#invoked.delete(key);
  }

  /**
   * The on-failure destination of the workers' functions.
   *
   * @param cause of the tasks that the run has opened, for a chain
   */
  #fail(payload: TaskPayload, cause?: string): void {
    const { draws, schedule } = this.#world;
    if (draws.strikes('lostFailure')) return;
    const responsePayload = { errorType: 'Runtime.ExitError', errorMessage: 'exit status 1' };
    const record = { requestPayload: received(payload), responsePayload };
    const tell = () => schedule.begin(this.#tellFailure(record, cause));
    schedule.later(50 + draws.below(900, 'destination'), tell);
    if (payload.chain && draws.strikes('oddFailure')) {
      schedule.later(draws.below(longestOddMs, 'destination'), tell);
    }
  }

  /** The recovery function, invoked asynchronously: Lambda tries it three times. */
  async #recover(event: FailedChainEvent, cause: string | undefined): Promise<void> {
    const { schedule, draws } = this.#world;
    if (draws.strikes('lostFailure')) return;
    await schedule.wait(this.#delayMs());
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        await this.#options.recover(event);
        const { executionId, items } = event.failedChain;
        this.#checkEnded(executionId, cause);
        // Recovery leaves a task alone that is due to be dispatched again. The host's last commit may then still be taken, and the
        // tasks that it opens end at their deadlines.
        if (this.#tasksOf(executionId).some((task) => items.includes(taskKey(task)))) return;
        schedule.later(longestFlightMs, () => this.#checkEnded(executionId, cause));
        return;
      } catch (error) {
        if (error instanceof InvariantError) throw error;
        await schedule.wait(60_000 * (attempt + 1));
      }
    }
  }

  /** No host runs what a chain has left open, once the chain is known to have failed. */
  #checkEnded(executionId: string, cause: string | undefined): void {
    const isLeft = (task: OpenTask) => task.cause === cause && task.dispatchAt === undefined;
    const left = this.#tasksOf(executionId).find(isLeft);
    if (left) this.#options.onLeft(executionId, taskKey(left));
  }

  /** The open tasks of an execution that goes on. */
  #tasksOf(executionId: string): readonly OpenTask[] {
    const item = this.#world.database.get(executionId, 'execution');
    const execution = item && decodeExecution(item);
    return execution?.status === 'RUNNING' && !execution.waiting ? execution.tasks : [];
  }

  async #tellFailure(record: InvocationRecord, cause: string | undefined): Promise<void> {
    const { schedule } = this.#world;
    const process = new SimulatedProcess('failed', this.#world);
    const { layout, report } = this.#options;
    const table = tableOf(process, layout);
    const handler = failedHandler({
      table,
      endChain: async (event) => {
        await process.call(
          () => `invoke recovery ${event.failedChain.executionId}`,
          () => schedule.begin(this.#recover(event, cause)),
        );
      },
      report,
      now: () => process.now(),
      afterBatch: () => {},
      functionPrefix: '',
    });
    // The deadline finds results that the table does not take.
    await process.doing(handler(record)).catch(() => undefined);
  }
}
