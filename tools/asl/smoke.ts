import { machineOf, readDefinition, tasksOf } from '../../asl/index.ts';
import type { JsonObject } from '../../asl/json.ts';
import type { ExecutionDescription } from '../../client/describe.ts';
import { hasEnded } from '../../orchestrator/core/execution/model/execution.ts';
import { NotReachedError, testCloud } from '../../testing/index.ts';
import { StubbedTasks } from './stubbedTasks.ts';

export type SmokeResult = { readonly type: 'ended' } | { readonly type: 'defect'; readonly reason: string };

/** A polling loop whose answers never change goes on for ever: it is stopped after so much has happened. */
const maxEvents = 400;

/** Runs a definition with stubbed tasks. Whatever it does, it must come to an end by the language's own rules. */
export async function smoke(definition: JsonObject, seed: number): Promise<SmokeResult> {
  const tasks = [...tasksOf(readDefinition(definition))];
  const stubs = new StubbedTasks(definition, seed);
  const cloud = testCloud([machineOf(definition, { id: 'smoke', tasks: 'mocked' })], stubs.workers(tasks), {
    maxEvents,
    seed,
  });
  const { executionId } = await cloud.start('smoke', { executionId: 'execution', input: stubs.input() });
  try {
    return resultOf(await cloud.runToEnd(executionId));
  } catch (error) {
    if (!(error instanceof NotReachedError)) throw error;
  }
  await cloud.stop(executionId);
  await cloud.settled();
  const { status } = await cloud.describe(executionId);
  return hasEnded(status)
    ? { type: 'ended' }
    : { type: 'defect', reason: `it is ${status}, and does not stop` };
}

/** Errors of JavaScript are defects, whatever name they go by. */
const defect =
  /is not a function|is not iterable|Cannot read|undefined \(|Maximum call stack|Invalid array length|is not defined/;

function resultOf({ status, error }: ExecutionDescription): SmokeResult {
  if (status === 'SUCCEEDED' || status === 'TIMED_OUT') return { type: 'ended' };
  const text = `${error?.code} ${error?.name}: ${error?.message}`;
  const isDeclared =
    error?.code === 'DeclaredFailure' || error?.code === 'EndlessLoop' || error?.code === 'ExecutionTimedOut';
  if (status === 'FAILED' && isDeclared && !defect.test(error?.message ?? '')) return { type: 'ended' };
  return { type: 'defect', reason: `${status} ${text}` };
}
