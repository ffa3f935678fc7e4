import {
  DescribeStateMachineCommand,
  paginateListExecutions,
  paginateListStateMachines,
  type SFNClient,
} from '@aws-sdk/client-sfn';

/** A state machine of an account. */
export interface AccountMachine {
  readonly arn: string;
  readonly name: string;
  readonly type: 'STANDARD' | 'EXPRESS';
}

/** Every state machine of the account's region. */
export async function* listMachines(sfn: SFNClient): AsyncGenerator<AccountMachine> {
  for await (const { stateMachines = [] } of paginateListStateMachines({ client: sfn, pageSize: 1000 }, {})) {
    for (const { stateMachineArn: arn, name, type } of stateMachines) {
      if (arn === undefined || name === undefined) continue;
      yield { arn, name, type: type === 'EXPRESS' ? 'EXPRESS' : 'STANDARD' };
    }
  }
}

/** The definition of a state machine, as JSON text. */
export async function definitionOf(sfn: SFNClient, arn: string): Promise<string> {
  const { definition = '' } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: arn }));
  return definition;
}

/** ARNs of the newest executions of a Standard state machine that have ended. */
export async function finishedExecutions(
  sfn: SFNClient,
  stateMachineArn: string,
  count: number,
): Promise<readonly string[]> {
  const found: string[] = [];
  const pages = paginateListExecutions(
    { client: sfn, pageSize: Math.min(1000, Math.max(count * 2, 10)) },
    { stateMachineArn },
  );
  for await (const { executions = [] } of pages) {
    for (const { executionArn, status } of executions) {
      if (executionArn === undefined || status === 'RUNNING' || status === 'PENDING_REDRIVE') continue;
      found.push(executionArn);
      if (found.length === count) return found;
    }
  }
  return found;
}
