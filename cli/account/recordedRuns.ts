import type { SFNClient } from '@aws-sdk/client-sfn';
import type { RecordedRun } from '../compare/recordedRun.ts';
import { InvalidInputError } from '../errors.ts';
import { recordedRunOf } from './executionHistory.ts';
import { finishedExecutions, listMachines } from './stateMachines.ts';

/**
 * The newest finished executions of an account's Standard state machines: Express workflows have no histories.
 *
 * @param machine name or ARN of one of them
 * @throws InvalidInputError where there is none of that name
 */
export async function* recordedRuns(
  sfn: SFNClient,
  count: number,
  machine?: string,
): AsyncGenerator<RecordedRun> {
  let found = false;
  for await (const { arn, name, type } of listMachines(sfn)) {
    if (machine !== undefined && machine !== name && machine !== arn) continue;
    found = true;
    if (type === 'EXPRESS') {
      if (machine === undefined) continue;
      throw new InvalidInputError(`'${name}' is an Express workflow, whose executions have no histories.`);
    }
    for (const executionArn of await finishedExecutions(sfn, arn, count)) {
      yield await recordedRunOf(sfn, executionArn);
    }
  }
  if (!found && machine !== undefined) {
    throw new InvalidInputError(`The account has no state machine '${machine}' in this region.`);
  }
}
