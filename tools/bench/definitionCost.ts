import { machineOf } from '../../asl/index.ts';
import type { ServiceCall } from '../../asl/integrations/serviceCall.ts';
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

/** A definition with so many tasks of a service. */
function services(): JsonObject {
  const States: Record<string, JsonObject> = {};
  for (let number = 1; number <= tasks; number++) {
    States[`Task ${number}`] = {
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:dynamodb:getItem',
      Parameters: { TableName: 'orders', 'Key.$': '$' },
      ...(number < tasks ? { Next: `Task ${number + 1}` } : { End: true }),
    };
  }
  return { StartAt: 'Task 1', States };
}

/** The machine of a definition, and the one that a person writes for the same tasks. */
export async function definitionCosts(
  engine: EngineName,
  executions: number,
): Promise<readonly ExecutionCost[]> {
  // The functions are stood in for by workers, whose tasks cost the same.
  const compiled = machineOf(definition(), { id: 'definition', tasks: 'mocked' });
  const machines = [
    { label: '20 tasks, written by hand', machine: sequential20 },
    { label: '20 tasks, 20 Choice and 20 Pass of a definition', machine: compiled },
    { label: '20 tasks of a service, of a definition', machine: machineOf(services(), { id: 'services' }) },
  ];
  return costsOf(machines, work, { engine, executions });
}

function work(input: { readonly to: number } | ServiceCall): unknown {
  return 'service' in input ? { from: 0 } : add(input);
}
