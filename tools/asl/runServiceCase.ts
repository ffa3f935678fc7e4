import { jsonIn } from '../../asl/compile/taskState.ts';
import { fileTasksOf, machineOf, type PlacedTask, readDefinition, tasksOf } from '../../asl/index.ts';
import { resourceOf } from '../../asl/integrations/resource.ts';
import { withActivities } from '../../cli/compare/maskedHistory.ts';
import { testCloud } from '../../testing/index.ts';
import type { AslCase } from './aslCase.ts';
import { filesOfCase } from './caseFiles.ts';
import { account, type CaseResult, differences } from './runCase.ts';
import { type Completion, ServedTasks } from './servedTasks.ts';

/** Runs a case with the machine that is deployed, its resources included. */
export async function runServiceCase(each: AslCase): Promise<CaseResult> {
  const { type = 'STANDARD', input = null } = each;
  const definition = withActivities(each.definition);
  const model = readDefinition(definition);
  const machine = machineOf(definition, { id: 'case', account, type });
  let completion: Completion | undefined;
  const tasks = new ServedTasks(each.mocks?.ordered ?? [], () => {
    if (completion === undefined) throw new Error('Nothing runs yet.');
    return completion;
  });
  const read = filesOfCase(each);
  const files = [...fileTasksOf(model)].map(
    ({ path }) => [path, (reading: unknown) => read(path, jsonIn(reading))] as const,
  );
  const cloud = testCloud(
    [machine],
    { ...tasks.workers(tasksOf(model)), ...Object.fromEntries(files) },
    { activities: activitiesOf(each, tasksOf(model)) },
  );
  const { client } = cloud;
  completion = {
    complete: (token, output) => client.completeTask(token, output),
    fail: (token, error, cause) => client.failTask(token, { name: error, message: cause }),
  };
  const { executionId } = await cloud.start('case', { executionId: 'execution', input });
  const found = await cloud.runToEnd(executionId);
  const reasons = [...differences(each, found)];
  return { passed: reasons.length === 0, taskInputsEqual: true, reasons };
}

/** The activities that there were when the case was recorded: those whose tasks had an answer. */
function activitiesOf({ mocks }: AslCase, tasks: Iterable<PlacedTask>): readonly string[] {
  const answered = new Set((mocks?.ordered ?? []).map(({ state }) => state));
  return [...tasks].flatMap(({ task }) => {
    const resource = resourceOf(task.resource);
    return resource.type === 'activity' && answered.has(task.name) ? [resource.name] : [];
  });
}
