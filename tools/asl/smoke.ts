import { fileTasksOf, hasLoop, machineOf, readDefinition, tasksOf } from '../../asl/index.ts';
import type { JsonObject } from '../../asl/json.ts';
import type { ExecutionDescription } from '../../client/executionDescription.ts';
import { hasEnded } from '../../orchestrator/core/execution/model/execution.ts';
import { NotReachedError, testCloud } from '../../testing/index.ts';
import { shortened } from './shortened.ts';
import { StubbedTasks } from './stubbedTasks.ts';

export type SmokeResult =
  | { readonly type: 'ended'; readonly by: 'itself' }
  /**
   * It was stopped after as much as is tried. `loop`: the definition itself goes round and round with such answers. `tasks`: its
   * lists make thousands of tasks, and with short lists it ends.
   */
  | { readonly type: 'stopped'; readonly because: 'loop' | 'tasks' }
  | { readonly type: 'defect'; readonly reason: string };

/** After so much has happened, it is stopped. */
const maxEvents = 400;

/** Runs a definition with stubbed tasks. Whatever it does, it must come to an end by the language's own rules. */
export async function smoke(definition: JsonObject, seed: number): Promise<SmokeResult> {
  const result = await run(definition, seed);
  if (result.type !== 'stopped' || result.because === 'loop') return result;
  const short = await run(shortened(definition), seed);
  if (short.type !== 'stopped') return short.type === 'ended' ? result : short;
  return { type: 'defect', reason: 'it does not end, not even with lists of two elements' };
}

async function run(definition: JsonObject, seed: number): Promise<SmokeResult> {
  const model = readDefinition(definition);
  const stubs = new StubbedTasks(definition, seed);
  const machine = machineOf(definition, { id: 'smoke', tasks: 'mocked' });
  const files = [...fileTasksOf(model)].map(({ path, kind }) => [path, () => stubs.ofFile(kind)]);
  const workers = { ...stubs.workers(tasksOf(model)), ...Object.fromEntries(files) };
  const cloud = testCloud([machine], workers, { maxEvents, seed });
  const { executionId } = await cloud.start('smoke', { executionId: 'execution', input: stubs.input() });
  try {
    return resultOf(await cloud.runToEnd(executionId));
  } catch (error) {
    if (!(error instanceof NotReachedError)) throw error;
  }
  await cloud.stop(executionId);
  try {
    await cloud.settled();
  } catch (error) {
    // It may go round without a pause: the stop is behind what was delivered before.
    if (!(error instanceof NotReachedError)) throw error;
    await cloud.settled();
  }
  const { status } = await cloud.describe(executionId);
  if (hasEnded(status)) return { type: 'stopped', because: hasLoop(model) ? 'loop' : 'tasks' };
  return { type: 'defect', reason: `it is ${status}, and does not stop` };
}

/** Errors of JavaScript are defects, whatever name they go by. */
const defect =
  /is not a function|is not iterable|Cannot read|undefined \(|Maximum call stack|Invalid array length|is not defined/;

function resultOf({ status, error }: ExecutionDescription): SmokeResult {
  if (status === 'SUCCEEDED' || status === 'TIMED_OUT') return { type: 'ended', by: 'itself' };
  const text = `${error?.code} ${error?.name}: ${error?.message}`;
  const isDeclared =
    error?.code === 'DeclaredFailure' || error?.code === 'EndlessLoop' || error?.code === 'ExecutionTimedOut';
  if (status === 'FAILED' && isDeclared && !defect.test(error?.message ?? ''))
    return { type: 'ended', by: 'itself' };
  return { type: 'defect', reason: `${status} ${text}` };
}
