import type { TaskPayload } from '../orchestrator/contract/task.ts';
import type { Json } from '../orchestrator/core/data/json.ts';
import { revivedValue } from '../orchestrator/core/data/thrown.ts';
import { MillraceError } from '../orchestrator/core/errors/millraceError.ts';
import { registeredMachines } from '../orchestrator/core/execution/model/registeredMachines.ts';
import { promiseLogicOf, runPromiseLogic } from '../orchestrator/core/machine/index.ts';
import { checkOptions } from '../orchestrator/core/policy/options.ts';
import { type CompileDefinition, StoredMachines } from '../orchestrator/definitions/storedMachines.ts';
import { type Surroundings, taskRunner } from './defineWorker.ts';
import type { WorkerHandler } from './handlerTypes.ts';
import { hostChain } from './hostChain.ts';
import { doHostWork, hostWorkOf } from './hostWork.ts';
import { listTaskOf } from './lists/listTasks.ts';
import type { Task } from './runTask.ts';

/** Thrown into the task when the worker host's bundle has not the machine that the orchestrator's has. */
export class ActorNotDeployedError extends MillraceError {
  override readonly code = 'ActorNotDeployed';
  override readonly name = 'ActorNotDeployed';
  constructor(payload: TaskPayload) {
    super(
      `The worker host has no actor '${payload.worker}' of machine '${payload.machine}' version ` +
        `'${payload.machineVersion}': deploy it together with the orchestrator.`,
    );
  }
}

/**
 * The function that runs a machine's plain `fromPromise` actors: from the same module as the machine, as tasks like
 * any other. Where the payload permits it, it goes on from their results itself.
 */
export function createWorkerHost(options: {
  readonly machines: readonly object[];
  /** Compiles the definitions that are in the table. @default there are none: machines are deployed */
  readonly compiler?: () => Promise<CompileDefinition>;
}): {
  readonly handler: WorkerHandler<Json>;
} {
  checkOptions('createWorkerHost()', options, { machines: true, compiler: true });
  const { machines: modules, compiler } = options;
  const { lookup: deployed } = registeredMachines(modules, false);
  const stored = compiler && new StoredMachines(deployed, compiler);
  const machines = stored ?? deployed;
  const runner = taskRunner();
  const workOf = (payload: TaskPayload) => async (input: Json, task: Task, surroundings: Surroundings) => {
    const ofList = listTaskOf(payload.worker);
    if (ofList) return ofList(input, task, surroundings);
    if (stored) await stored.load(surroundings.table.registry, payload.machine, payload.machineVersion);
    const machine = machines.find(payload.machine, payload.machineVersion);
    const logic = machine && promiseLogicOf(machine, payload.worker);
    if (!logic) throw new ActorNotDeployedError(payload);
    const work = hostWorkOf(logic);
    if (work !== undefined) return doHostWork(work, input, task, surroundings);
    return runPromiseLogic(logic, revivedValue(input), { signal: task.signal });
  };
  const chain = hostChain({
    ...runner,
    machines,
    attempt: (payload) => runner.attempt(payload, workOf(payload)),
  });
  return {
    handler: (payload) =>
      payload.chain === undefined ? runner.run(payload, workOf(payload)) : chain(payload),
  };
}
