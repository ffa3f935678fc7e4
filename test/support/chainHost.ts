import { type ChainOptions, runChain } from '../../orchestrator/chain/chain.ts';
import type { TaskPayload } from '../../orchestrator/contract/task.ts';
import { machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { prepareMachines, promiseLogicOf, runPromiseLogic } from '../../orchestrator/core/machine/index.ts';
import type { Executions, Table } from '../../orchestrator/table/table.ts';
import { attemptTask, writeResult } from '../../workers/runTask.ts';
import { OrchestratorRig } from './orchestratorRig.ts';

export type ChainSettings = NonNullable<NonNullable<Parameters<OrchestratorRig['newInstance']>[0]>['chain']>;
type Definition = ConstructorParameters<typeof OrchestratorRig>[0][number];

/** The worker host at a rig's table, for the invocations that a test hands to it. */
export class ChainHost {
  readonly rig: OrchestratorRig;
  /** Keys of the tasks that it has run. */
  readonly ran: string[] = [];
  readonly #machines;

  constructor(rig: OrchestratorRig, definitions: readonly Definition[]) {
    this.rig = rig;
    this.#machines = machineLookup(prepareMachines(definitions));
  }

  async run(payload: TaskPayload, options: Partial<ChainOptions> = {}): Promise<void> {
    const { rig } = this;
    const now = () => rig.now;
    await runChain(JSON.parse(JSON.stringify(payload)), {
      table: rig.table,
      tableName: 'table',
      machines: this.#machines,
      limits: { waitForMachineMs: 900_000 },
      layout: { indexShards: 1 },
      hasBus: true,
      observe: () => {},
      report: () => {},
      storeOverBytes: Number.POSITIVE_INFINITY,
      now,
      wait: () => new Promise(() => {}),
      token: 'a',
      write: (task, result) => writeResult(result, task.expiresAt, rig.table),
      attempt: (task) => {
        this.ran.push(task.item);
        const machine = this.#machines.find(task.machine, task.machineVersion);
        const logic = machine && promiseLogicOf(machine, task.worker);
        if (!logic) throw new Error(`There is no '${task.worker}'.`);
        return attemptTask(task, (input) => runPromiseLogic(logic, input), { table: rig.table, now });
      },
      ...options,
    });
  }
}

export async function startedChain(definition: Definition, chain: ChainSettings = { isDefault: true }) {
  const rig = new OrchestratorRig([definition]);
  const orchestrator = rig.newInstance({ chain });
  const id = 'id' in definition ? String(definition.id) : '';
  rig.start(id, 'e');
  await rig.deliver(orchestrator, 'e');
  const [payload] = rig.dispatched;
  if (!payload) throw new Error('Nothing was dispatched.');
  return { rig, orchestrator, payload, host: new ChainHost(rig, [definition]), chain };
}

/** The table, whose commits go through another function. */
export function withCommit(
  table: Table,
  commit: (
    write: () => ReturnType<Executions['commit']>,
    of: Parameters<Executions['commit']>,
  ) => ReturnType<Executions['commit']>,
): Table {
  const { executions } = table;
  const { journal, log, attempts, lists, expiries, index, outlines, registry } = table;
  return {
    journal,
    log,
    attempts,
    lists,
    expiries,
    index,
    outlines,
    registry,
    executions: {
      read: (executionId) => executions.read(executionId),
      readEventually: (executionId) => executions.readEventually(executionId),
      readTaskInput: (task) => executions.readTaskInput(task),
      readHistory: (executionId) => executions.readHistory(executionId),
      commit: (...of) => commit(() => executions.commit(...of), of),
    },
  };
}
