import { setTimeout as sleep } from 'node:timers/promises';
import { executionIdOf } from '../../../asl/executionNames.ts';
import { readDefinition, tasksOf } from '../../../asl/index.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../../asl/json.ts';
import type { MillraceClient } from '../../../client/index.ts';
import {
  type ExecutionStatus,
  executionStatuses,
} from '../../../orchestrator/core/execution/model/execution.ts';
import { parseTaskToken } from '../../../orchestrator/core/execution/tasks/taskToken.ts';
import type { AslCase } from '../aslCase.ts';
import { MockedTasks } from '../mockedTasks.ts';
import { type CaseResult, differences, type Outcome } from '../runCase.ts';
import type { ApiCaller } from './apiCaller.ts';
import { withActivities } from './withActivities.ts';

const roleArn = 'arn:aws:iam::111111111111:role/cases';
const lookEveryMs = 15;

export interface Callers {
  readonly api: ApiCaller;
  /** For the ends of Express executions, which the API does not describe. */
  readonly millrace: Pick<MillraceClient, 'wait'>;
}

/** Runs a case as a state machine that is created by the API: create, start, wait, and read the history. */
export async function runThroughApi(
  each: AslCase,
  name: string,
  { api, millrace }: Callers,
): Promise<CaseResult> {
  const tasks = [...tasksOf(readDefinition(each.definition))];
  const arns = new Map<string, string>();
  for (const [index, { path }] of tasks.entries()) {
    const { activityArn } = await api.call('CreateActivity', { name: `${name}-${index}` });
    arns.set(path, String(activityArn));
  }
  const definition = JSON.stringify(withActivities(each.definition, (path) => arns.get(path) ?? ''));
  // An Express workflow has no activities.
  const type = tasks.length > 0 ? 'STANDARD' : (each.type ?? 'STANDARD');
  const { stateMachineArn = null } = await api.call('CreateStateMachine', {
    name,
    definition,
    roleArn,
    type,
  });
  const start = { stateMachineArn, name: 'execution', input: JSON.stringify(each.input ?? null) };
  if (type === 'EXPRESS') {
    const found = each.id.includes('sync_response')
      ? outcomeIn(await api.call('StartSyncExecution', start))
      : await expressOutcome(millrace, await api.call('StartExecution', start));
    const reasons = [...differences(each, found)];
    return { passed: reasons.length === 0, taskInputsEqual: true, reasons };
  }
  const { executionArn = null } = await api.call('StartExecution', start);
  const ended = new AbortController();
  const mocks = (each.mocks?.ordered ?? []).filter(({ timedOut }) => !timedOut);
  const answers = new MockedTasks(mocks, each.wildcards);
  const workers = answers.workers(tasks);
  const working = tasks.map(async ({ path, task }) => {
    const answer = workers[path];
    const unanswered = (each.mocks?.ordered ?? []).filter(
      (mock) => mock.timedOut && mock.state === task.name,
    ).length;
    if (answer)
      await work(api, { activityArn: arns.get(path) ?? '', answer, unanswered, signal: ended.signal });
  });
  try {
    const reasons = [...differences(each, await endOf(api, executionArn))];
    const { events = null } = await api.call('GetExecutionHistory', { executionArn, maxResults: 1000 });
    reasons.push(...historyProblems(events));
    return { passed: reasons.length === 0, taskInputsEqual: answers.otherInputs.length === 0, reasons };
  } finally {
    ended.abort();
    await Promise.all(working);
  }
}

type Answer = ReturnType<MockedTasks['workers']>[string];

interface Work {
  readonly activityArn: string;
  readonly answer: Answer;
  /** So many tasks have timed out, before the others. */
  readonly unanswered: number;
  readonly signal: AbortSignal;
}

/** Asks for the tasks of an activity and answers them, until the execution has ended. */
async function work(api: ApiCaller, { activityArn, answer, unanswered, signal }: Work): Promise<void> {
  for (let taken = 0; !signal.aborted; ) {
    let task: JsonObject;
    try {
      task = await api.call('GetActivityTask', { activityArn, workerName: 'cases' }, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    const { taskToken, input } = task;
    if (typeof taskToken !== 'string') continue;
    if (taken++ >= unanswered) await answerTask(api, taskToken, JSON.parse(String(input)), answer);
  }
}

async function answerTask(api: ApiCaller, taskToken: string, input: Json, answer: Answer): Promise<void> {
  const address = parseTaskToken(taskToken);
  if (!address) throw new Error(`'${taskToken}' is not a token.`);
  try {
    const output = answer(input, address);
    await api.call('SendTaskSuccess', { taskToken, output: JSON.stringify(output) });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    await api.call('SendTaskFailure', { taskToken, error: error.name, cause: error.message });
  }
}

async function endOf(api: ApiCaller, executionArn: Json): Promise<Outcome> {
  for (;;) {
    const execution = await api.call('DescribeExecution', { executionArn });
    if (execution.status !== 'RUNNING') return outcomeIn(execution);
    await sleep(lookEveryMs);
  }
}

/** `arn:aws:states:<region>:<account>:express:<machine>:<name>:<run>` */
async function expressOutcome(millrace: Callers['millrace'], { executionArn }: JsonObject): Promise<Outcome> {
  const [machine = '', name = '', run = ''] = String(executionArn).split(':').slice(6);
  return millrace.wait(executionIdOf(machine, { name, run }), { pollMs: lookEveryMs });
}

function outcomeIn({ status, output, error, cause }: JsonObject): Outcome {
  return {
    status: statusIn(status),
    ...(typeof output === 'string' && { output: JSON.parse(output) }),
    error: { name: textIn(error), message: textIn(cause) },
  };
}

function statusIn(value: Json | undefined): ExecutionStatus {
  const status = executionStatuses.find((each) => each === value);
  if (status === undefined) throw new Error(`There is no status ${JSON.stringify(value)}.`);
  return status;
}

function textIn(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The numbers and the ends of a history; `asl:histories` compares whole ones. */
function* historyProblems(events: Json): Generator<string> {
  if (!isArray(events) || !events.every(isObject)) {
    yield 'it has no history';
    return;
  }
  const [first, last] = [events.at(0), events.at(-1)];
  if (first?.type !== 'ExecutionStarted') yield `its history begins with ${String(first?.type)}`;
  if (!/^Execution(?:Succeeded|Failed|Aborted|TimedOut)$/.test(String(last?.type))) {
    yield `its history ends with ${String(last?.type)}`;
  }
  if (events.some(({ id }, index) => id !== index + 1))
    yield 'the events of its history are not numbered from 1';
}
