import { type Assessment, assess, type MachineInUse } from '../../asl/index.ts';
import { mapConcurrently } from '../../client/mapConcurrently.ts';
import { historyOf, transitionsIn } from './executionHistory.ts';
import type { Account } from './openAccount.ts';
import { type AccountMachine, definitionOf, finishedExecutions, listMachines } from './stateMachines.ts';
import { readUse } from './usage.ts';

export interface AssessAccountOptions {
  /** Days whose use is looked at; it is scaled to a month of 30 days. */
  readonly days: number;
  /** Executions of each Standard state machine whose histories are read for their transitions. */
  readonly sample: number;
  /** Items that a Map state is taken to have, for the price. */
  readonly items: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The state machines of an account, and what CloudWatch counts for the region. */
export interface AccountAssessment {
  readonly machines: readonly Assessment[];
  /** State transitions of all Standard state machines in a month, where CloudWatch has them. */
  readonly transitions?: number;
}

/** Calls in flight: the API of Step Functions takes a few a second. */
const inFlight = 4;

/** Assesses every state machine of an account's region. */
export async function assessAccount(
  { sfn, cloudWatch }: Account,
  { days, sample, items, now }: AssessAccountOptions,
): Promise<AccountAssessment> {
  const machines: AccountMachine[] = [];
  for await (const machine of listMachines(sfn)) machines.push(machine);
  const use = await readUse(cloudWatch, machines, days, now);
  const monthly = (count: number) => (count * 30) / days;
  const inUse: MachineInUse[] = [];
  const read = async (machine: AccountMachine): Promise<MachineInUse> => {
    const { arn, name, type } = machine;
    const { started = 0, billedMs = 0 } = use.machines.get(arn) ?? {};
    const executions = monthly(started);
    const text = await definitionOf(sfn, arn);
    const sampled = type === 'STANDARD' && started > 0 ? await transitionsOf(sfn, arn, sample) : undefined;
    return {
      name,
      type,
      text,
      format: 'json',
      use: {
        executions,
        ...(sampled && { transitions: Math.round(executions * sampled.mean), sampled: sampled.count }),
        ...(type === 'EXPRESS' && billedMs > 0 && { billedMs: monthly(billedMs) }),
      },
    };
  };
  for await (const machine of mapConcurrently(machines, inFlight, read)) inUse.push(machine);
  const transitions = use.transitions === undefined ? undefined : Math.round(monthly(use.transitions));
  return { machines: assess(inUse, { items }), ...(transitions !== undefined && { transitions }) };
}

async function transitionsOf(sfn: Account['sfn'], arn: string, count: number) {
  const executions = await finishedExecutions(sfn, arn, count);
  if (executions.length === 0) return undefined;
  let sum = 0;
  for (const executionArn of executions) sum += transitionsIn(await historyOf(sfn, executionArn, false));
  return { mean: sum / executions.length, count: executions.length };
}
