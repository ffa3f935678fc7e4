import type { Json } from '../json.ts';
import type { State } from '../model/model.ts';
import type { TestStateRequest } from './request.ts';
import { nameOfSingle } from './subject.ts';

/** The context object of a state that is tested by itself: that of an Express workflow without a name. */
export function testContext(
  state: State,
  { input = {}, roleArn }: TestStateRequest,
  { now, account }: { readonly now: number; readonly account: string | undefined },
): { readonly [key: string]: Json } {
  const at = new Date(now).toISOString();
  const [machine, execution] = ['TestStateMachine', 'TestExecution'];
  const own = account ?? /^arn:[^:]*:iam::(\d{12}):/.exec(roleArn ?? '')?.[1] ?? '000000000000';
  const arn = `arn:aws:states:us-east-1:${own}`;
  return {
    Execution: {
      Id: `${arn}:express:${machine}:${execution}`,
      Input: input,
      Name: execution,
      RoleArn: roleArn ?? null,
      StartTime: at,
    },
    StateMachine: { Id: `${arn}:stateMachine:${machine}`, Name: machine },
    State: {
      // Also for a state that is named within a definition, as recorded on AWS.
      Name: nameOfSingle,
      EnteredTime: at,
      ...((state.type === 'Task' || state.type === 'Map') && { RetryCount: 0 }),
    },
  };
}
