import { type FollowedTask, followedMachine } from '../../asl/history/followedMachine.ts';
import type { HistoryEvent } from '../../asl/history/historyEvent.ts';
import { historyEvents } from '../../asl/history/historyRecorder.ts';
import { FollowedPlaces } from '../../asl/history/places.ts';
import { fileTasksOf, readDefinition, tasksOf } from '../../asl/index.ts';
import { resourceOf } from '../../asl/integrations/resource.ts';
import type { TaskState } from '../../asl/model/model.ts';
import type { Json, JsonObject } from '../../orchestrator/core/data/json.ts';
import { hasEnded } from '../../orchestrator/core/execution/model/execution.ts';
import { activityNotFound } from '../../orchestrator/core/policy/activityName.ts';
import { type TestCloud, testCloud } from '../../testing/index.ts';
import type { RecordedAnswers } from './recordedAnswers.ts';

/** An execution of Step Functions that is run again here. */
export interface RecordedExecution {
  readonly definition: JsonObject;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly input: Json;
  readonly identity: ExecutionIdentity;
  readonly answers: RecordedAnswers;
  /** Answers an ItemReader or a ResultWriter. @default such a task fails */
  /** An operator stopped it after so long. */
  readonly stopAfterMs?: number;
  readonly answerFileTask?: (path: string, input: Json) => Promise<Json>;
}

export interface ExecutionIdentity {
  /** Name of the execution. */
  readonly name: string;
  /** Name of its state machine. */
  readonly machine: string;
  /** `arn:aws:states:<region>:<account>` */
  readonly arn: string;
  readonly roleArn: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

interface Due {
  readonly at: number;
  readonly token: string;
  readonly answer: NonNullable<ReturnType<RecordedAnswers['take']>>['outcome'];
}

/** The longest time of an execution of Step Functions. */
const yearMs = 366 * 86_400_000;

/**
 * Runs an execution in memory and in virtual time, with the recorded answers in place of its tasks, and gives the history
 * that it has here.
 */
export async function rerun(execution: RecordedExecution): Promise<readonly HistoryEvent[]> {
  const { definition, input, identity, answers, answerFileTask, stopAfterMs, type } = execution;
  const { startedAt } = identity;
  const id = machineIdOf(identity.machine);
  const executionId = identity.name.replaceAll('.', '-');
  const asIdentity = {
    arn: identity.arn,
    machine: identity.machine,
    roleArn: identity.roleArn,
    isExpress: type === 'EXPRESS',
  };
  const places = new FollowedPlaces();
  const machine = followedMachine(definition, {
    id,
    identity: asIdentity,
    observe: (observation) => places.observe(observation),
  });
  const due: Due[] = [];
  const model = readDefinition(definition);
  const answer =
    ({ name, resource }: TaskState) =>
    (task: unknown, { token = '' }: { readonly token?: string }) => {
      const { actor } = task as FollowedTask;
      const recorded = answers.take(places.placeOf(actor), name);
      // The recorded execution did not come here: the comparison shows it, and the run goes on with an error.
      const outcome: Due['answer'] = recorded
        ? isActivity(resource) && recorded.isRefused
          ? { type: 'failed', endedAt: 0, error: activityNotFound, cause: '' }
          : recorded.outcome
        : { type: 'failed', endedAt: 0, error: notRecorded, cause: 'The history has no answer for it.' };
      if (outcome) due.push({ at: cloud.now.getTime() + (recorded?.afterMs ?? 0), token, answer: outcome });
      return null;
    };
  const fileAnswer = (path: string) => (given: unknown) => {
    if (answerFileTask === undefined) throw new Error(`The files of '${path}' are not in the history.`);
    return answerFileTask(path, given as Json);
  };
  const workers = Object.fromEntries([
    ...[...tasksOf(model)].map(({ path, task }) => [path, answer(task)] as const),
    ...[...fileTasksOf(model)].map(({ path }) => [path, fileAnswer(path)] as const),
  ]);
  const cloud: TestCloud = testCloud([machine], workers, { startTime: new Date(startedAt) });
  await cloud.start(id, { executionId, input });
  const stopAt = stopAfterMs === undefined ? Number.POSITIVE_INFINITY : startedAt + stopAfterMs;
  await runToEnd(cloud, executionId, due, stopAt);
  return historyEvents({ executionId, ...asIdentity }, (observe, each) =>
    cloud.client.historyAll(each, {
      machines: [followedMachine(definition, { id, identity: asIdentity, observe })],
    }),
  );
}

/** Without an answer, the recorded execution had no such activity. */
function isActivity(resource: string): boolean {
  return resourceOf(resource).type === 'activity';
}

/** The error of a task that the recorded execution did not run. */
export const notRecorded = 'Millrace.NotRecorded';

async function runToEnd(cloud: TestCloud, executionId: string, due: Due[], stopAt: number): Promise<void> {
  const endAt = Math.min(cloud.now.getTime() + yearMs, stopAt);
  let idleMs = 1000;
  for (;;) {
    await cloud.settled();
    const { status, timers } = await cloud.describe(executionId);
    if (hasEnded(status)) return;
    const now = cloud.now.getTime();
    due.sort((a, b) => a.at - b.at);
    const [next] = due;
    const timerAt = timers[0] === undefined ? Number.POSITIVE_INFINITY : Date.parse(timers[0].dueAt);
    if (now >= endAt && !(next && next.at <= stopAt)) {
      await cloud.stop(executionId);
    } else if (next && next.at <= now) {
      due.shift();
      await give(cloud, next);
      idleMs = 1000;
    } else if (next || Number.isFinite(timerAt)) {
      await cloud.skip(Math.max(1, Math.min(next?.at ?? endAt, timerAt, endAt) - now));
    } else {
      // It waits for a deadline: of a task that nothing answers, or its own.
      await cloud.skip(Math.max(1, Math.min(idleMs, endAt - now)));
      idleMs *= 2;
    }
  }
}

async function give({ client }: TestCloud, { token, answer }: Due): Promise<void> {
  if (answer === undefined) return;
  try {
    if (answer.type === 'succeeded') await client.completeTask(token, answer.output ?? null);
    else await client.failTask(token, { name: answer.error || 'Error', message: answer.cause ?? '' });
  } catch (error) {
    // Its state was left meanwhile.
    if (error instanceof Error && 'code' in error && error.code === 'TaskNotOpen') return;
    throw error;
  }
}

/** Ids of machines have fewer characters than names of state machines. */
function machineIdOf(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '-') || 'machine';
}
