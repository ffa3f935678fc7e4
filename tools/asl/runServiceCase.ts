import { fileTasksOf, machineOf, readDefinition, tasksOf } from '../../asl/index.ts';
import { MemoryStore } from '../../orchestrator/store/memoryStore.ts';
import { testCloud } from '../../testing/index.ts';
import { type ItemReading, readMapItems } from '../../workers/mapFiles/readMapItems.ts';
import type { AslCase } from './aslCase.ts';
import { fileOfCase } from './caseFiles.ts';
import { account, type CaseResult, differences } from './runCase.ts';
import { type Completion, ServedTasks } from './servedTasks.ts';

/** Runs a case with the machine that is deployed, its resources included. */
export async function runServiceCase(each: AslCase): Promise<CaseResult> {
  const { definition, type = 'STANDARD', input = null } = each;
  const model = readDefinition(definition);
  const machine = machineOf(definition, { id: 'case', account, type });
  let completion: Completion | undefined;
  const tasks = new ServedTasks(each.mocks?.ordered ?? [], () => {
    if (completion === undefined) throw new Error('Nothing runs yet.');
    return completion;
  });
  const files = [...fileTasksOf(model)].map(({ path }) => [path, readerOf(each.id)] as const);
  const cloud = testCloud([machine], { ...tasks.workers(tasksOf(model)), ...Object.fromEntries(files) });
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

/** Reads the case's file, whatever its name is. */
function readerOf(id: string): (reading: unknown) => Promise<unknown> {
  return async (reading) => {
    if (!isItemReading(reading)) throw new TypeError('A reader gets what its ItemReader says.');
    const store = new MemoryStore();
    await store.put(`${reading.bucket}/${reading.key}`, Buffer.from(fileOfCase(id)));
    return readMapItems(reading, store);
  };
}

function isItemReading(value: unknown): value is ItemReading {
  return typeof value === 'object' && value !== null && 'bucket' in value && 'config' in value;
}
