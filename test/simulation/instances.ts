import type { DynamoDBStreamEvent } from 'aws-lambda';
import { functionNames } from '../../orchestrator/configuration/configuration.ts';
import type { NudgeEvent } from '../../orchestrator/contract/nudge.ts';
import type { MachineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import type { AdvanceLimits } from '../../orchestrator/core/execution/step/advance.types.ts';
import type { Retention } from '../../orchestrator/core/policy/retention.ts';
import type { FunctionInvoker } from '../../orchestrator/dispatch/dispatch.ts';
import { TaskDispatcher, type TaskDispatcherOptions } from '../../orchestrator/dispatch/taskDispatcher.ts';
import { type RecoveryEvent, recoverHandler } from '../../orchestrator/handlers/recover.ts';
import { doorbellHandler, streamHandler } from '../../orchestrator/handlers/stream.ts';
import { type WakeEvent, wakeHandler } from '../../orchestrator/handlers/wake.ts';
import type { Report } from '../../orchestrator/observability/report.ts';
import { Orchestrator } from '../../orchestrator/step/orchestrator.ts';
import { StoredJson } from '../../orchestrator/store/storedJson.ts';
import { DynamoDBTable } from '../../orchestrator/table/dynamodb/dynamoDBTable.ts';
import type { TableLayout } from '../../orchestrator/table/retention.ts';
import type { Draws } from './draws.ts';
import { SimulatedProcess, type World } from './process.ts';
import type { SimulatedStore } from './store.ts';

export const tableName = 'simulated';

/** The table module as a process has it. */
export function tableOf(process: SimulatedProcess, layout: TableLayout): DynamoDBTable {
  return new DynamoDBTable({
    ...layout,
    client: process.client,
    tableName,
    now: () => process.now(),
    sleep: (ms) => process.sleep(ms),
  });
}

export interface InstancesOptions {
  readonly world: World;
  readonly layout: TableLayout;
  readonly store: SimulatedStore;
  readonly retention: Retention;
  readonly waitForMachineMs: number;
  /** Whether the worker host may take steps, and keep small results in the log. @default it may not */
  readonly chain: TaskDispatcherOptions['chain'];
  /** Whether there are instances of two releases. */
  readonly isMixed: boolean;
  /** Whether workers nudge. */
  readonly hasNudges: boolean;
  /** Told of each commit for an item that was nudged, that another has come before; and when the invocation began. */
  readonly onLostCommit: (executionId: string, version: number, since: number) => void;
  readonly invokerOf: (process: SimulatedProcess) => FunctionInvoker;
  readonly report: (report: Report) => void;
}

/** Half of the functions' instances are of a release that cuts logs elsewhere. */
export function otherRelease(draws: Draws): Pick<AdvanceLimits, 'logLengths'> {
  return draws.chance(0.5, 'release') ? { logLengths: { segmentAfter: 90, keep: 30 } } : {};
}

interface Instance {
  readonly process: SimulatedProcess;
  readonly machines: MachineLookup;
  readonly onStream: ReturnType<typeof streamHandler>;
  readonly onNudge: ReturnType<typeof doorbellHandler>;
  readonly onWake: ReturnType<typeof wakeHandler>;
  readonly onRecover: ReturnType<typeof recoverHandler>;
  isBusy: boolean;
}

/** The orchestrator's Lambda instances: each does one thing at a time, remembers, and may die. */
export class Instances {
  machines: MachineLookup;
  readonly #options: InstancesOptions;
  #instances: Instance[] = [];
  #count = 0;

  constructor(machines: MachineLookup, options: InstancesOptions) {
    this.machines = machines;
    this.#options = options;
  }

  /** Instances of before finish what they do. */
  deploy(machines: MachineLookup): void {
    this.machines = machines;
    this.#instances = this.#instances.filter(({ isBusy }) => isBusy);
  }

  /** Its answer, and the executions of which the table took something not. */
  stream(event: DynamoDBStreamEvent) {
    const nudged = event.Records.flatMap(({ dynamodb }) => {
      const { executionId, nudged } = dynamodb?.NewImage ?? {};
      return nudged && executionId?.S !== undefined ? [executionId.S] : [];
    });
    return this.#on(async ({ process, onStream }) => {
      process.failed.clear();
      this.#watch(process, nudged);
      const { batchItemFailures } = await onStream(event);
      return { batchItemFailures, failed: new Set(process.failed) };
    });
  }

  wake(event: WakeEvent) {
    return this.#on((instance) => instance.onWake(event));
  }

  nudge(event: NudgeEvent) {
    return this.#on(({ process, onNudge }) => {
      this.#watch(process, [event.nudge.executionId]);
      return onNudge(event);
    });
  }

  recover(event: RecoveryEvent) {
    return this.#on((instance) => instance.onRecover(event));
  }

  /** An item that is nudged is applied to an execution that is read after the invocation has begun. */
  #watch(process: SimulatedProcess, nudged: readonly string[]): void {
    const { world, onLostCommit } = this.#options;
    const since = world.schedule.now;
    process.onLostCommit = (executionId, version) => {
      if (nudged.includes(executionId)) onLostCommit(executionId, version, since);
    };
  }

  /** Rejects where the instance dies. */
  async #on<Result>(work: (instance: Instance) => Promise<Result>): Promise<Result> {
    const { draws } = this.#options.world;
    this.#instances = this.#instances.filter(
      ({ process, machines, isBusy }) => !process.isDead && (isBusy || machines === this.machines),
    );
    const [first, ...rest] = this.#instances.filter(({ isBusy }) => !isBusy);
    const isNew = first === undefined || draws.chance(0.05, 'instance');
    const instance = isNew ? this.#start() : draws.oneOf([first, ...rest], 'instance');
    instance.isBusy = true;
    try {
      return await instance.process.doing(work(instance));
    } finally {
      instance.isBusy = false;
      instance.process.onLostCommit = () => {};
    }
  }

  #start(): Instance {
    const { world, layout, store, retention, waitForMachineMs, chain, hasNudges, invokerOf, report } =
      this.#options;
    const process = new SimulatedProcess(`orchestrator ${++this.#count}`, world);
    const { machines } = this;
    const table = tableOf(process, layout);
    const now = () => process.now();
    const dispatcher = new TaskDispatcher({
      invoker: invokerOf(process),
      machines,
      table,
      tableName,
      layout,
      functionNames: functionNames(''),
      report,
      now,
      ...(chain && { chain }),
      ...(hasNudges && { nudge: { isDefault: true } }),
    });
    const data = new StoredJson(store.of(process), now);
    const limits = {
      waitForMachineMs,
      redrivableMs: retention.redrivableMs,
      ...(this.#options.isMixed && otherRelease(world.draws)),
    };
    const orchestrator = new Orchestrator({
      table,
      data,
      machines,
      dispatcher,
      limits,
      retention,
      report,
      now,
    });
    const nothing = () => {};
    const onStream = streamHandler(orchestrator, report, nothing);
    const instance: Instance = {
      process,
      machines,
      onStream,
      onNudge: doorbellHandler(orchestrator, onStream, report, nothing),
      onWake: wakeHandler(orchestrator, report, nothing),
      onRecover: recoverHandler(orchestrator, {
        table,
        failures: undefined,
        report,
        now,
        afterBatch: nothing,
      }),
      isBusy: false,
    };
    this.#instances.push(instance);
    return instance;
  }
}
