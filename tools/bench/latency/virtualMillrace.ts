import { assign, fromPromise, setup } from 'xstate';
import { drawHop, type Hop, hops } from '../../../local/latency.ts';
import { runChain } from '../../../orchestrator/chain/chain.ts';
import { functionNames } from '../../../orchestrator/configuration/configuration.ts';
import type { TaskPayload } from '../../../orchestrator/contract/task.ts';
import type { Execution } from '../../../orchestrator/core/execution/model/execution.ts';
import { countLogEntries } from '../../../orchestrator/core/execution/model/log.ts';
import { type MachineLookup, machineLookup } from '../../../orchestrator/core/execution/model/machines.ts';
import {
  prepareMachines,
  promiseLogicOf,
  runPromiseLogic,
} from '../../../orchestrator/core/machine/index.ts';
import { TaskDispatcher } from '../../../orchestrator/dispatch/taskDispatcher.ts';
import type { JournalRecord } from '../../../orchestrator/step/journalRecord.ts';
import { Orchestrator } from '../../../orchestrator/step/orchestrator.ts';
import type { Attributes } from '../../../orchestrator/table/attributes.ts';
import { decodeExecution } from '../../../orchestrator/table/executionItem.ts';
import { decodeJournalItem, isNudged } from '../../../orchestrator/table/journalItems.ts';
import { resultEntryOf } from '../../../orchestrator/table/resultItem.ts';
import type { Table } from '../../../orchestrator/table/table.ts';
import { MemoryTable } from '../../../testing/memoryTable/memoryTable.ts';
import { seededRandom } from '../../../testing/seededRandom.ts';
import { nudgeOf } from '../../../workers/nudge.ts';
import { attemptTask, writeResult } from '../../../workers/runTask.ts';
import { VirtualTime } from './virtualTime.ts';
import type { Way } from './ways.ts';

/** Promises one after the other. */
const steps = 20;
const promises = setup({
  types: { context: {} as { done: number } },
  actors: { pass: fromPromise<number, number>(async ({ input }) => input + 1) },
  actions: { take: assign({ done: ({ context }) => context.done + 1 }) },
});

const machineOf = (way: Way) =>
  promises.createMachine({
    id: 'relay',
    ...(way === 'checkpoint' && { meta: { millrace: { checkpoint: { every: '5s' } } } }),
    context: { done: 0 },
    initial: 'step1',
    states: {
      ...Object.fromEntries(
        Array.from({ length: steps }, (_, i) => [
          `step${i + 1}`,
          {
            invoke: {
              src: 'pass' as const,
              input: ({ context }: { context: { done: number } }) => context.done,
              onDone: { target: i + 1 < steps ? `step${i + 2}` : 'over', actions: 'take' as const },
            },
          },
        ]),
      ),
      over: { type: 'final' },
    },
  });

export interface MeasureOptions {
  readonly executions: number;
  readonly seed: number;
  /** A call to the table. */
  readonly table: Hop;
}

/** Milliseconds between the commits of each two steps, of executions that run beside each other. */
export async function measureSteps(
  way: Way,
  { executions, seed, table }: MeasureOptions,
): Promise<readonly number[]> {
  const millrace = new VirtualMillrace(way, seed, table);
  for (let i = 0; i < executions; i++) millrace.start(`execution-${i}`);
  await millrace.run();
  return millrace.stepMs;
}

/** The core, the orchestrator, the worker SDK and the chain, with AWS's latencies between them. Functions take no time. */
class VirtualMillrace {
  readonly stepMs: number[] = [];
  readonly #time = new VirtualTime();
  readonly #random: () => number;
  readonly #tableHop: Hop;
  readonly #items = new MemoryTable();
  readonly #table: Table;
  readonly #machines: MachineLookup;
  readonly #orchestrator: Orchestrator;
  readonly #committedAt = new Map<string, { readonly at: number; readonly entries: number | undefined }>();
  /** Another instance, as on AWS more often than not. */
  readonly #nudged: Orchestrator;

  constructor(way: Way, seed: number, table: Hop) {
    this.#tableHop = table;
    this.#random = seededRandom(seed);
    this.#machines = machineLookup(prepareMachines([machineOf(way)]));
    this.#table = this.#withLatency();
    const now = () => this.#now();
    const limits = { waitForMachineMs: 900_000 };
    const common = { table: this.#table, machines: this.#machines, report: () => {}, now };
    const dispatcher = new TaskDispatcher({
      ...common,
      invoker: {
        invoke: async (_, payload) => {
          this.#later(hops.asynchronousInvoke, () => this.#runHost(payload));
          return { type: 'dispatched' };
        },
      },
      tableName: 'table',
      layout: { indexShards: 1 },
      functionNames: functionNames(''),
      chain: { isDefault: way === 'inline' || way === 'checkpoint', inlines: true },
      nudge: { isDefault: way === 'nudge' },
    });
    this.#orchestrator = new Orchestrator({ ...common, dispatcher, limits });
    this.#nudged = new Orchestrator({ ...common, dispatcher, limits });
    this.#items.onInsert = (item) => this.#later(hops.streamToLambda, () => this.#apply(item));
    this.#items.onCommit = (item) => this.#measure(decodeExecution(item));
  }

  start(executionId: string): void {
    this.#items.put({ executionId: { S: executionId }, item: { S: 'start' }, machine: { S: 'relay' } });
  }

  run(): Promise<void> {
    return this.#time.run();
  }

  /** The steps of one commit share its time. */
  #measure({ executionId, logSegments, log }: Execution): void {
    const before = this.#committedAt.get(executionId);
    const entries = logSegments > 0 ? undefined : countLogEntries(log);
    this.#committedAt.set(executionId, { at: this.#time.now, entries });
    if (before === undefined) return;
    const steps = entries === undefined || before.entries === undefined ? 1 : entries - before.entries;
    for (let step = 0; step < steps; step++) this.stepMs.push((this.#time.now - before.at) / steps);
  }

  async #apply(item: Attributes): Promise<void> {
    const entry = decodeJournalItem(item);
    const executionId = item.executionId?.S;
    if (!entry || executionId === undefined) return;
    const record: JournalRecord = {
      entry,
      createdAt: this.#now(),
      ...(isNudged(item) && { isNudged: true }),
    };
    await this.#orchestrator.applyRecords(executionId, [record]);
  }

  async #runHost(payload: TaskPayload): Promise<void> {
    const attempt = (task: TaskPayload) => {
      const prepared = this.#machines.find(task.machine, task.machineVersion);
      const logic = prepared && promiseLogicOf(prepared, task.worker);
      if (!logic) throw new Error(`There is no '${task.worker}'.`);
      const surroundings = { table: this.#table, now: () => this.#now() };
      return attemptTask(task, (input) => runPromiseLogic(logic, input), surroundings);
    };
    if (payload.chain === undefined) {
      const result = await attempt(payload);
      const written = result && (await writeResult(result, payload.expiresAt, this.#table));
      if (!written || payload.nudge === undefined) return;
      const { nudge } = nudgeOf(payload, written, Number.POSITIVE_INFINITY, `nudge#${this.#random()}`);
      this.#later(hops.asynchronousInvoke, () => this.#nudged.nudge(nudge, resultEntryOf(written)));
      return;
    }
    await runChain(payload, {
      table: this.#table,
      tableName: 'table',
      machines: this.#machines,
      limits: { waitForMachineMs: 900_000 },
      layout: { indexShards: 1 },
      hasBus: false,
      observe: () => {},
      report: () => {},
      storeOverBytes: Number.POSITIVE_INFINITY,
      now: () => this.#now(),
      wait: (ms) => this.#time.wait(ms),
      token: 'run',
      attempt,
      write: (task, result) => writeResult(result, task.expiresAt, this.#table),
    });
  }

  #withLatency(): Table {
    const { journal, executions, log, attempts, lists, expiries, index, outlines, registry } = this.#items;
    const slow = async <T>(call: () => Promise<T>): Promise<T> => {
      await this.#time.wait(this.#draw(this.#tableHop));
      return call();
    };
    return {
      attempts,
      lists,
      expiries,
      index,
      outlines,
      registry,
      journal: new Proxy(journal, {
        get: (of, name) => {
          const operation = Reflect.get(of, name);
          if (typeof operation !== 'function') return operation;
          return (...args: unknown[]) => slow(async () => Reflect.apply(operation, of, args));
        },
      }),
      executions: {
        read: (executionId) => slow(() => executions.read(executionId)),
        readEventually: (executionId) => slow(() => executions.readEventually(executionId)),
        readTaskInput: (task) => slow(() => executions.readTaskInput(task)),
        readHistory: (executionId) => slow(() => executions.readHistory(executionId)),
        commit: (...of) => slow(() => executions.commit(...of)),
      },
      log: {
        readSegment: (...of) => slow(() => log.readSegment(...of)),
        readSegments: (...of) => slow(() => log.readSegments(...of)),
        insertSegment: (...of) => slow(() => log.insertSegment(...of)),
        replaceSegment: (...of) => slow(() => log.replaceSegment(...of)),
      },
    };
  }

  #later(hop: Hop, run: () => Promise<void>): void {
    this.#time.later(this.#draw(hop), () => this.#time.begin(run()));
  }

  #draw(hop: Hop): number {
    return drawHop(hop, this.#random);
  }

  #now(): number {
    return Math.round(this.#time.now);
  }
}
