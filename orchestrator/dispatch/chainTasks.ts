import type { TaskPayload } from '../contract/task.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import type { OpenTask } from '../core/execution/model/openTask.ts';
import type { PreparedMachine } from '../core/machine/index.ts';

/**
 * Whether a chain can run the task: a plain promise of the execution's own machine, whose return value is its result. An
 * item of a list is none: its results are collected elsewhere.
 */
export function isChainTask(machine: PreparedMachine, task: OpenTask): boolean {
  if (task.index !== undefined || machine.listsOf !== undefined) return false;
  const source = machine.taskSourceOf(task.worker);
  const { waitsForResult, starts } = task;
  return source.kind === 'promise' && !waitsForResult && !starts && !source.policy.once;
}

/** Whether the worker host may take the steps of an execution itself. */
export function mayChain(
  machine: PreparedMachine,
  { definitionHash }: Execution,
  isDefault: boolean,
): boolean {
  return (machine.chain ?? isDefault) && definitionHash === machine.definitionHash;
}

/** Lambda takes 1 MB; what the payloads are wrapped in is small. */
const mostPayloadBytes = 900_000;

/**
 * The tasks of one commit go to the host in one invocation, so that one chain commits the results of all of them. Those that
 * are too large for that go by themselves, without the permission to chain.
 */
export function chainPayloads(payloads: readonly TaskPayload[], inlines: boolean): readonly TaskPayload[] {
  const [first, ...others] = payloads;
  if (!first) return [];
  const chain = { ...first, chain: { others, ...(inlines && { inlines }) } };
  const isTooLarge = payloads.length > 1 && Buffer.byteLength(JSON.stringify(chain)) > mostPayloadBytes;
  return isTooLarge ? payloads : [chain];
}
