import { machineOf } from '../../asl/index.ts';
import type { JsonObject } from '../../orchestrator/core/data/json.ts';
import { costsOf, type ExecutionCost } from './costTable.ts';
import type { EngineName } from './engines.ts';
import { sequential20 } from './machines/sequential.ts';
import { add } from './workers/add.ts';

const tasks = 20;

/** A definition in Amazon States Language with so many Lambda tasks, and a Pass and a Choice after each. */
function definition(): JsonObject {
  const States: Record<string, JsonObject> = { End: { Type: 'Succeed' } };
  for (let number = 1; number <= tasks; number++) {
    States[`Task ${number}`] = {
      Type: 'Task',
      Resource: 'arn:aws:lambda:us-east-1:000000000000:function:add',
      Parameters: { 'to.$': '$.from' },
      ResultPath: '$.from',
      Next: `Pass ${number}`,
    };
    States[`Pass ${number}`] = { Type: 'Pass', Next: `Choice ${number}` };
    States[`Choice ${number}`] = {
      Type: 'Choice',
      Choices: [{ Variable: '$.from', IsNull: true, Next: 'End' }],
      Default: number < tasks ? `Task ${number + 1}` : 'End',
    };
  }
  return { StartAt: 'Task 1', States };
}

/** The machine of a definition, and the one that a person writes for the same tasks. */
export async function definitionCosts(
  engine: EngineName,
  executions: number,
): Promise<readonly ExecutionCost[]> {
  const compiled = machineOf(definition(), { id: 'definition' });
  const machines = [
    { label: '20 tasks, written by hand', machine: sequential20 },
    { label: '20 tasks, 20 Choice and 20 Pass of a definition', machine: compiled },
  ];
  return costsOf(machines, work, { engine, executions });
}

/** As the worker host answers for a function that it has invoked; the machine written by hand has a worker. */
function work(input: { readonly to: number } | { readonly Payload: { readonly to: number } }): unknown {
  if (!('Payload' in input)) return add(input);
  const RequestId = '00000000-0000-4000-8000-000000000000';
  return { Payload: add(input.Payload), StatusCode: 200, ExecutedVersion: '$LATEST', RequestId };
}
