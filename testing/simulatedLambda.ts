import type { TaskPayload } from '../orchestrator/contract/task.ts';
import { revivedValue } from '../orchestrator/core/data/thrown.ts';
import { openTasks } from '../orchestrator/core/execution/lists/runningList.ts';
import type { MachineLookup } from '../orchestrator/core/execution/model/machines.ts';
import { taskId, taskKey } from '../orchestrator/core/execution/model/openTask.ts';
import {
  ownActorName,
  possibleActorNames,
  promiseLogicOf,
  runPromiseLogic,
} from '../orchestrator/core/machine/index.ts';
import { durationMs } from '../orchestrator/core/policy/duration.ts';
import type { DispatchOutcome, FunctionInvoker } from '../orchestrator/dispatch/dispatch.ts';
import { resultOfFailure } from '../orchestrator/handlers/failedInvocation.ts';
import type { Reporter } from '../orchestrator/observability/report.ts';
import type { ObjectStore } from '../orchestrator/store/objectStore.ts';
import type { QueuedAttempt } from '../orchestrator/table/activityQueue.ts';
import { isoTime } from '../orchestrator/table/executionItem.ts';
import type { ResultItem } from '../orchestrator/table/resultItem.ts';
import type { WorkerTable } from '../orchestrator/table/table.ts';
import { installedClients, serviceWork, serviceWorkerName } from '../services/index.ts';
import { cancelTask, settleAttempt } from '../workers/cancelTask.ts';
import { doHostWork, hostWorkOf } from '../workers/hostWork.ts';
import { attemptTask, type Task, writeResult } from '../workers/runTask.ts';
import { NotReachedError } from './errors.ts';
import type { MemoryTable } from './memoryTable/memoryTable.ts';
import { errorOf, type WorkerFault } from './workerFaults.ts';
import { WorkerSigns } from './workerSigns.ts';

/** Workers by the name that they have in their machine. */
export type Workers = Readonly<Record<string, Work>>;
export type Work = (input: never, task: Task) => unknown;

export interface SimulatedLambdaOptions {
  readonly table: MemoryTable;
  readonly workers: Workers;
  /** Where definitions read and write files. @default nowhere */
  readonly store?: ObjectStore | undefined;
  readonly surroundings: LambdaSurroundings;
}

/** The decisions of the simulated cloud about its functions. */
export interface LambdaSurroundings {
  /** Milliseconds since the epoch. */
  now(): number;
  /** @param isSlow it is late for a reason of its own: a test that lets no time pass does not wait for it */
  later(ms: number, run: () => Promise<void>, isSlow?: boolean): void;
  /** Whether something goes wrong with the next invocation of its own accord. */
  strikes(fault: 'throttleInvoke' | 'duplicateInvoke' | 'loseInvoke' | 'killWorker'): boolean;
  /** Milliseconds between an invocation and its duplicate. */
  delayMs(): number;
  readonly report: Reporter;
}

/** A test's interest in the runs of workers. */
export interface WorkerHooks {
  /** Asked for each invocation. */
  faultOf(worker: string): WorkerFault | undefined;
  /** Told of each run. */
  onRun(worker: string, payload: TaskPayload): void;
  /** Gets an invocation of a worker that the test did not give. The task fails, as where a function is not deployed. */
  onMissing(worker: string): void;
}

/** From an invocation to the run. */
const invocationMs = 5;
/** A worker of which nothing is heard for so long, in real time, is taken to hang. */
const workerLimitMs = 10_000;

/** Runs workers as Lambda would run their functions: asynchronously, and through the worker SDK. */
export class SimulatedLambda implements FunctionInvoker {
  /** `executionId/task#n#attempt` of each time a worker ran. */
  readonly invocations: string[] = [];
  /** Those that are deployed, for their `fromPromise` actors. */
  machines: MachineLookup | undefined;
  hooks: WorkerHooks = { faultOf: () => undefined, onRun: () => {}, onMissing: () => {} };
  readonly #table: MemoryTable;
  readonly #workers: Workers;
  readonly #store: ObjectStore | undefined;
  readonly #surroundings: LambdaSurroundings;
  /** Calls the services that a test does not stand in for, by the environment's credentials. */
  #serviceWork: Work | undefined;
  /** By `executionId/task`: the names that workers have in their machines, also of tasks that are closed. */
  readonly #actors = new Map<string, string>();
  #polls = 0;

  constructor({ table, workers, store, surroundings }: SimulatedLambdaOptions) {
    this.#table = table;
    this.#workers = workers;
    this.#store = store;
    this.#surroundings = surroundings;
  }

  async invoke(functionName: string, payload: TaskPayload): Promise<DispatchOutcome> {
    const { strikes, later, delayMs } = this.#surroundings;
    const worker = await this.#actorOf(payload);
    if (payload.cancelled) return this.#cancelLater(worker, payload);
    const fault = this.hooks.faultOf(this.#nameOf(worker));
    if (fault === 'throttle' || strikes('throttleInvoke')) return { type: 'deferred', error: 'throttled' };
    const work = this.#workOf(worker, payload, fault);
    if (!work) {
      this.hooks.onMissing(this.#nameOf(worker));
      const message = `The function '${functionName}' is not deployed.`;
      return {
        type: 'failed',
        error: { name: 'Lambda.ResourceNotFoundException', message, retryable: false },
      };
    }
    if (fault === 'timeOut' || strikes('loseInvoke')) return { type: 'dispatched' };
    const takesMs = typeof fault === 'object' && 'takes' in fault ? durationMs(fault.takes) : 0;
    const run = () => this.#run(worker, work, payload, takesMs);
    const dies = fault === 'die' || strikes('killWorker');
    later(invocationMs, dies ? () => this.#run(worker, work, payload, takesMs, true) : run);
    if (fault === 'duplicate' || strikes('duplicateInvoke')) later(invocationMs + delayMs(), run);
    return { type: 'dispatched' };
  }

  /** A worker of an activity, where the test gave one, takes an attempt that has entered the queue. */
  poll(attempt: QueuedAttempt): void {
    const { later, strikes, delayMs } = this.#surroundings;
    later(invocationMs, () => this.#take(attempt));
    if (strikes('duplicateInvoke')) later(invocationMs + delayMs(), () => this.#take(attempt));
  }

  async #take(attempt: QueuedAttempt): Promise<void> {
    const { executionId } = attempt;
    const execution = await this.#table.executions.read(executionId);
    const open = execution && openTasks(execution).find((task) => taskKey(task) === taskKey(attempt));
    const name = this.#nameOf(open?.worker ?? '');
    if (!execution || !open || !Object.hasOwn(this.#workers, name)) return;
    const { now, strikes } = this.#surroundings;
    const taken = { ...attempt, claimedBy: `poll ${++this.#polls}`, at: isoTime(now()), workerName: name };
    if ((await this.#table.attempts.take(taken)) === 'gone') return;
    const fault = this.hooks.faultOf(name);
    if (fault === 'timeOut' || fault === 'die' || strikes('killWorker')) return;
    const payload: TaskPayload = {
      table: 'simulated',
      executionId,
      item: taskKey(open),
      task: open.task,
      attempt: open.attempt,
      worker: name,
      machine: execution.machine,
      machineVersion: execution.machineVersion ?? '',
      idempotencyKey: `${executionId}#${taskId(open)}`,
      input: await this.#table.executions.readTaskInput(open),
    };
    const work = this.#workOf(open.worker, payload, fault);
    const takesMs = typeof fault === 'object' && 'takes' in fault ? durationMs(fault.takes) : 0;
    if (work) await this.#run(open.worker, work, payload, takesMs);
  }

  /** The name that the worker has in its machine, which its function may not have. */
  async #actorOf({ executionId, task, worker }: TaskPayload): Promise<string> {
    const execution = await this.#table.executions.read(executionId);
    const open = execution ? openTasks(execution) : [];
    const key = `${executionId}/${task}`;
    const found = open.find((each) => each.task === task)?.worker ?? this.#actors.get(key) ?? worker;
    this.#actors.set(key, found);
    return found;
  }

  /** Cancels the work of a worker that the test gave only where that can be cancelled. */
  #cancelLater(worker: string, payload: TaskPayload): DispatchOutcome {
    const { strikes, later, delayMs, now, report } = this.#surroundings;
    if (strikes('throttleInvoke')) return { type: 'deferred', error: 'throttled' };
    const work = this.#workOf(worker, payload, undefined);
    if (!work || strikes('loseInvoke')) return { type: 'dispatched' };
    const received: TaskPayload = JSON.parse(JSON.stringify(payload));
    const run = () => cancelTask(received, work, { table: this.#table, now, report });
    later(invocationMs, run);
    if (strikes('duplicateInvoke')) later(invocationMs + delayMs(), run);
    return { type: 'dispatched' };
  }

  /** The name that the test knows it by, also where a machine of items has it. */
  #nameOf(worker: string): string {
    const given = possibleActorNames(worker).find((name) => Object.hasOwn(this.#workers, name));
    return given ?? ownActorName(worker);
  }

  /** The worker that the test gave, else the logic that the worker host would run. */
  #workOf(
    worker: string,
    { machine: id, machineVersion, worker: functionOf }: TaskPayload,
    fault: WorkerFault | undefined,
  ): Work | undefined {
    if (typeof fault === 'object' && 'error' in fault) return () => Promise.reject(errorOf(fault.error));
    const name = this.#nameOf(worker);
    if (Object.hasOwn(this.#workers, name)) return this.#workers[name];
    if (functionOf === serviceWorkerName) {
      this.#serviceWork ??= serviceWork(installedClients());
      return this.#serviceWork;
    }
    const machine = this.machines?.find(id, machineVersion);
    const logic = machine && promiseLogicOf(machine, worker);
    if (logic === undefined) return undefined;
    const work = hostWorkOf(logic);
    if (work !== undefined) {
      const { now } = this.#surroundings;
      return (input, task) => doHostWork(work, input, task, { table: this.#table, store: this.#store, now });
    }
    return (input, { signal }) => runPromiseLogic(logic, revivedValue(input), { signal });
  }

  async #run(worker: string, work: Work, payload: TaskPayload, takesMs: number, dies = false): Promise<void> {
    this.invocations.push(`${payload.executionId}/${payload.item}`);
    this.hooks.onRun(this.#nameOf(worker), payload);
    // JSON, as through Lambda.
    const received = JSON.parse(JSON.stringify(payload)) as TaskPayload<never>;
    const { now, later } = this.#surroundings;
    const insertResult: WorkerTable['journal']['insertResult'] = async (result) => {
      if (takesMs === 0) return this.#table.journal.insertResult(result);
      const answer = async () => {
        await this.#table.journal.insertResult({ ...result, endedAt: isoTime(now()) });
      };
      later(takesMs, answer, true);
      return 'inserted';
    };
    const table: WorkerTable = { journal: { insertResult }, attempts: this.#table.attempts };
    if (dies) return this.#die(received, table);
    const signs = new WorkerSigns();
    const watched: Work = (input, task) => signs.watch(() => work(input, task));
    await settledInTime(worker, signs, this.#attempt(received, watched, work, table));
  }

  async #attempt(payload: TaskPayload<never>, watched: Work, work: Work, table: WorkerTable): Promise<void> {
    const { now, report } = this.#surroundings;
    const result = await attemptTask(payload, watched, { table, now });
    if (!result) return;
    const write = (item: ResultItem) => writeResult(item, payload.expiresAt, table);
    await settleAttempt(payload, result, work, write, { table: this.#table, now, report });
  }

  /** Its process ends before it answers: Lambda reports it to the on-failure destination. */
  async #die(payload: TaskPayload<never>, table: WorkerTable): Promise<void> {
    const { now } = this.#surroundings;
    // Writes that come before the work are done, and those after it are not.
    if (payload.once) await table.attempts.insertClaim({ ...payload, claimedBy: 'dead', at: isoTime(now()) });
    if (payload.token !== undefined) await table.attempts.writeBeat({ ...payload, at: isoTime(now()) });
    const errorMessage = 'RequestId: 1 Error: Runtime exited with error: signal: killed';
    const result = resultOfFailure(
      { requestPayload: payload, responsePayload: { errorType: 'Runtime.ExitError', errorMessage } },
      isoTime(now()),
    );
    if (!result) throw new NotReachedError('A dead worker has no result.');
    await this.#table.journal.insertResult(result);
  }
}

/** A worker that hangs would hang the test, which could not say why. One that waits for a timer of its own goes on. */
async function settledInTime(worker: string, signs: WorkerSigns, run: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const hangs = new Promise<never>((_, reject) => {
    const look = () => {
      const leftMs = workerLimitMs - signs.quietMs;
      if (leftMs > 0) {
        timer = setTimeout(look, leftMs);
        return;
      }
      const message =
        `Worker '${worker}' has not settled within ${workerLimitMs / 1000} seconds of real time. ` +
        "For one that never answers, inject 'timeOut'; for a slow one, { takes: … }.";
      reject(new NotReachedError(message));
    };
    look();
  });
  await Promise.race([run, hangs]).finally(() => clearTimeout(timer));
}
