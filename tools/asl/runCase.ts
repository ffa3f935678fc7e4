import type { AnyStateMachine } from 'xstate';
import { machineOf, type PlacedTask, readDefinition, tasksOf } from '../../asl/index.ts';
import { matches } from '../../cli/compare/wildcards.ts';
import type { MillraceClient } from '../../client/client.ts';
import type { ExecutionDescription } from '../../client/executionDescription.ts';
import { executionStatuses } from '../../orchestrator/core/execution/model/execution.ts';
import { prepareMachines } from '../../orchestrator/core/machine/index.ts';
import { testCloud } from '../../testing/index.ts';
import type { AslCase } from './aslCase.ts';
import { MockedTasks } from './mockedTasks.ts';

export interface RunOptions {
  readonly deliveries: 'once' | 'duplicated' | 'reordered';
  /** Whether every execution is replayed, too. */
  readonly replay: boolean;
}

export interface CaseResult {
  readonly passed: boolean;
  readonly taskInputsEqual: boolean;
  /** The differences, for a reader. */
  readonly reasons: readonly string[];
}

/** Where a case's machine comes from, and how its tasks are named. */
export interface CaseMachine {
  /** A new one for each call: what was made for one run is not used in another. */
  readonly machine: () => AnyStateMachine;
  /** The worker of a task. */
  readonly workerOf: (task: PlacedTask) => string;
}

/** Accounts are written like this in what was recorded. */
export const account = { region: 'us-east-1', id: '111111111111', roleArn: 'snf_role_arn' };

/** The machine that a case's definition is compiled to. */
export function compiledCase(each: AslCase): CaseMachine {
  return {
    machine: () =>
      machineOf(each.definition, { id: 'case', account, type: each.type ?? 'STANDARD', tasks: 'mocked' }),
    workerOf: ({ path }) => path,
  };
}

/** Runs a case as one execution in the test kit's cloud. */
export async function runCase(
  each: AslCase,
  { deliveries, replay }: RunOptions,
  { machine, workerOf }: CaseMachine = compiledCase(each),
): Promise<CaseResult> {
  const mocks = each.mocks?.ordered ?? [];
  const tasks = [...tasksOf(readDefinition(each.definition))].map((task) => ({
    ...task,
    path: workerOf(task),
  }));
  const answers = new MockedTasks(
    mocks.filter(({ timedOut }) => !timedOut),
    each.wildcards,
  );
  const cloud = testCloud([machine()], answers.workers(tasks), { deliveries });
  for (const { state, timedOut } of mocks) {
    const path = tasks.find(({ task }) => task.name === state)?.path;
    if (timedOut && path !== undefined)
      cloud.inject(path, 'timeOut', { times: deliveries === 'duplicated' ? 2 : 1 });
  }
  const { executionId } = await cloud.start('case', { executionId: 'execution', input: each.input ?? null });
  const found = await cloud.runToEnd(executionId);
  const reasons = [...differences(each, found)];
  if (replay) for await (const reason of replays(cloud.client, [machine()])) reasons.push(reason);
  const inputs = answers.otherInputs.map(
    ({ state, given, recorded }) =>
      `'${state}' was given ${JSON.stringify(given)}, and not ${JSON.stringify(recorded)}`,
  );
  return {
    passed: reasons.length === 0,
    taskInputsEqual: inputs.length === 0,
    reasons: [...reasons, ...inputs],
  };
}

/** Replays every execution that there is, children included. */
async function* replays(
  client: MillraceClient,
  machines: readonly AnyStateMachine[],
): AsyncGenerator<string> {
  for (const { id } of prepareMachines(machines)) {
    for (const status of executionStatuses) {
      for await (const { executionId } of client.listAll({ machine: id, status })) {
        const { outcome } = await client.replay(executionId, machines);
        if (outcome !== 'equal') yield `the replay of ${executionId} is ${outcome}`;
      }
    }
  }
}

/** An execution's end, as far as it is compared. */
export interface Outcome extends Pick<ExecutionDescription, 'status' | 'output'> {
  readonly error?: { readonly name: string; readonly message: string };
}

export function* differences(
  { expected, definition, wildcards = [] }: AslCase,
  found: Outcome,
): Generator<string> {
  if (found.status !== expected.status) {
    yield `it is ${found.status}, and not ${expected.status}: ${JSON.stringify(found.error ?? found.output)}`;
    return;
  }
  if (found.status === 'SUCCEEDED') {
    if (matches(expected.output ?? null, found.output ?? null, wildcards)) return;
    yield `its output is ${JSON.stringify(found.output)}, and not ${JSON.stringify(expected.output)}`;
    return;
  }
  const { name = '', message = '' } = found.error ?? {};
  if (name !== (expected.error ?? ''))
    yield `its error is '${name}' (${message}), and not '${expected.error ?? ''}'`;
  const isOfFail = JSON.stringify(definition).includes('"Type":"Fail"');
  if (isOfFail && expected.cause && !matches(expected.cause, message, wildcards)) {
    yield `its cause is '${message}', and not '${expected.cause}'`;
  }
}
