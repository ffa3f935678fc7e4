import type { TaskPayload } from '../../../../orchestrator/contract/task.ts';
import type { Json } from '../../../../orchestrator/core/data/json.ts';
import type { Execution } from '../../../../orchestrator/core/execution/model/execution.ts';
import type { Report } from '../../../../orchestrator/observability/report.ts';
import type { Orchestrator } from '../../../../orchestrator/step/orchestrator.ts';
import { jsonAttribute } from '../../../../orchestrator/table/attributes.ts';
import type { Table } from '../../../../orchestrator/table/table.ts';
import { attemptTask, writeResult } from '../../../../workers/runTask.ts';
import { ChainHost, withCommit } from '../../../support/chainHost.ts';
import { OrchestratorRig } from '../../../support/orchestratorRig.ts';
import { type GeneratorOptions, generateMachine } from './generateMachine.ts';
import { failureOf } from './observed.ts';

/** How the engine takes the steps of a machine's promises. */
export const chainWays = ['chain', 'inline', 'checkpoint'] as const;
export const engineWays = ['stream', ...chainWays] as const;
export type EngineWay = (typeof engineWays)[number];

/** An operation, with the number of the task that it settles. */
export type EngineOperation =
  | { readonly type: 'start'; readonly n: number }
  | { readonly type: 'event'; readonly event: { readonly type: string; readonly v: Json } }
  | { readonly type: 'settle'; readonly task: number; readonly succeeds: boolean; readonly v: Json }
  | { readonly type: 'advance'; readonly ms: number };

interface RunningAttempt {
  /** Which invocation of the worker host runs it. */
  readonly host: number;
  readonly resolve: (output: Json) => void;
  readonly reject: (error: unknown) => void;
}

const executionId = 'root';
/** More than one host runs a task with the number. */
const severalHosts = 0;
const checkpointEveryMs = 5000;
/** Timers that set timers go on for ever. */
const mostWakes = 300;

/**
 * The same machine as an execution: the orchestrator and the worker host at a table in memory. Promises settle, and time passes,
 * when the comparison says so; after each operation everything that it leads to is done.
 */
export class EngineActor {
  readonly way: EngineWay;
  /** The operations that were done to it. */
  readonly operations: EngineOperation[] = [];
  /** Its actions and logs, and what it emitted, since it began. */
  readonly acted: string[] = [];
  readonly emitted: string[] = [];
  /** Attempts that a host began, in their order. Checkpoints may begin one again. */
  readonly begun: string[] = [];
  readonly #rig: OrchestratorRig;
  readonly #host: ChainHost;
  readonly #orchestrator: Orchestrator;
  /** By number of the task: where another commit came before a checkpoint, two tasks may have had it. */
  readonly #running = new Map<number, RunningAttempt[]>();
  readonly #errors: unknown[] = [];
  /** Chains that wait for the time of a checkpoint. */
  readonly #waiting: (() => void)[] = [];
  /** Hosts that find a checkpoint due when they look at the clock next. */
  readonly #due = new Set<number>();
  #hosts = 0;
  /** The host that may have taken steps that no commit has. */
  #behind: number | undefined;
  /** The host whose commit is the last; the orchestrator's is none. */
  #lastCommitter: number | undefined;
  #wakes = 0;

  constructor(numbers: readonly number[], options: GeneratorOptions, way: EngineWay) {
    this.way = way;
    const { machine } = generateMachine(
      numbers,
      {
        custom: (name, params, { context, event }) =>
          this.#act('action', name, params, JSON.parse(JSON.stringify(context)), event.type),
        promise: () => () => {
          throw new Error('A task ran inside a step.');
        },
      },
      { ...options, ...(way === 'checkpoint' && { checkpointEvery: `${checkpointEveryMs}ms` }) },
    );
    this.#rig = new OrchestratorRig([machine]);
    this.#rig.now = 0;
    this.#host = new ChainHost(this.#rig, [machine]);
    this.#orchestrator = this.#rig.newInstance({
      table: this.#tableOf(undefined),
      report: this.#report,
      ...(way !== 'stream' && { chain: { isDefault: true, inlines: way !== 'chain' } }),
    });
  }

  /** Whether steps may have been taken that no commit has. */
  get isBehind(): boolean {
    return this.#behind !== undefined;
  }

  async do(operation: EngineOperation): Promise<void> {
    this.operations.push(operation);
    const host = this.#hostOf(operation);
    // Whatever else happens to an execution comes before steps that no commit has: XState's actor has taken them.
    if (host !== this.#behind) await this.catchUp();
    const rig = this.#rig;
    switch (operation.type) {
      case 'start':
        rig.start('m', executionId, jsonAttribute({ n: operation.n }));
        break;
      case 'event': {
        const { type, ...fields } = operation.event;
        await rig.send(executionId, String(this.operations.length), type, fields);
        break;
      }
      case 'settle':
        this.#settle(operation);
        if (this.way === 'checkpoint') this.#behind = host;
        break;
      case 'advance':
        rig.now += operation.ms;
        await this.#fireTimers();
    }
    await this.#settled();
    // A host learns of others' commits when it loses one of its own. Steps until then would be taken again.
    if (this.#behind !== this.#lastCommitter) await this.catchUp();
  }

  /** Has the worker host commit what it has not yet. */
  async catchUp(): Promise<void> {
    if (this.#behind === undefined) return;
    for (const go of this.#waiting.splice(0)) go();
    await this.#settled();
    this.#due.clear();
    this.#behind = undefined;
  }

  /** Whether a host runs the task. */
  runs(task: number): boolean {
    return this.#running.has(task);
  }

  execution(): Promise<Execution> {
    return this.#rig.execution(executionId);
  }

  /** The stored states of the execution and of its children, by id. */
  states(): Readonly<Record<string, unknown>> {
    const all = this.#rig.table.allExecutions();
    return Object.fromEntries(
      all.map(({ executionId: id, status, snapshot }) => [id, [status, JSON.parse(snapshot ?? 'null')]]),
    );
  }

  /** The state to which journal and log replay. */
  async replayed(): Promise<string | undefined> {
    return (await this.#rig.replayed(executionId))?.snapshot;
  }

  readonly #report = (report: Report): void => {
    if (report.type !== 'log') return;
    const { label, value } = report;
    this.#act('log', ...(label === undefined ? [value] : [label, value]));
  };

  /** The host whose promise succeeds: it may take the step. */
  #hostOf(operation: EngineOperation): number | undefined {
    if (operation.type !== 'settle' || !operation.succeeds) return undefined;
    const [first, ...others] = this.#running.get(operation.task) ?? [];
    return others.length > 0 ? severalHosts : first?.host;
  }

  #settle({ task, succeeds, v }: Extract<EngineOperation, { type: 'settle' }>): void {
    const attempts = this.#running.get(task);
    if (!attempts) throw new Error(`No host runs task ${task}.`);
    this.#running.delete(task);
    for (const { resolve, reject } of attempts) {
      if (succeeds) resolve(v);
      else reject(failureOf(v));
    }
  }

  async #fireTimers(): Promise<void> {
    await this.#settled();
    for (let woken = 0; woken < mostWakes; woken++) {
      const [due] = this.#rig.table
        .allExecutions()
        .filter(
          ({ status, wakeAt = Number.POSITIVE_INFINITY }) => status === 'RUNNING' && wakeAt <= this.#rig.now,
        )
        .sort((first, second) => (first.wakeAt ?? 0) - (second.wakeAt ?? 0));
      if (!due) return;
      await this.#orchestrator.wake(due.executionId, `wake#${this.#wakes++}`);
      await this.#settled();
    }
  }

  /** Resolves when nothing is left to do: promises settle, and time passes, through operations alone. */
  async #settled(): Promise<void> {
    for (let isIdle = false; !isIdle; ) {
      await new Promise(setImmediate);
      const payloads = this.#rig.dispatched.splice(0);
      for (const payload of payloads) void this.#invoke(payload).catch((error) => this.#errors.push(error));
      const [id] = payloads.length > 0 ? [] : this.#rig.undelivered();
      if (id !== undefined) await this.#rig.deliver(this.#orchestrator, id);
      isIdle = payloads.length === 0 && id === undefined;
    }
    if (this.#errors.length > 0) throw this.#errors[0];
  }

  #tableOf(host: number | undefined): Table {
    return withCommit(this.#rig.table, async (write, [execution, , emitted = []]) => {
      const outcome = await write();
      if (outcome.type !== 'committed' || execution.executionId !== executionId) return outcome;
      this.#lastCommitter = host;
      for (const emission of emitted)
        if ('event' in emission) this.emitted.push(JSON.stringify(emission.event));
      return outcome;
    });
  }

  async #invoke(payload: TaskPayload): Promise<void> {
    const host = ++this.#hosts;
    const table = this.#tableOf(host);
    const attempt = (task: TaskPayload) => {
      this.begun.push(task.item);
      const work = () =>
        new Promise<Json>((resolve, reject) => {
          const others = this.#running.get(task.task) ?? [];
          this.#running.set(task.task, [...others, { host, resolve, reject }]);
        });
      // Its timer would outlive the comparison.
      const { deadline: _, ...untimed } = task;
      return attemptTask(untimed, work, { table, now: () => this.#rig.now });
    };
    if (payload.chain === undefined) {
      const result = await attempt(payload);
      if (result) await writeResult(result, payload.expiresAt, table);
      return;
    }
    await this.#host.run(payload, {
      table,
      token: `t${host}`,
      now: () => this.#rig.now + (this.#due.delete(host) ? checkpointEveryMs : 0),
      wait: async () => {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
        this.#due.add(host);
      },
      report: this.#report,
      attempt,
    });
  }

  #act(...line: readonly unknown[]): void {
    this.acted.push(JSON.stringify(line));
  }
}
