import { recordedHistory } from '../../../asl/history/historyRecorder.ts';
import { type HistoryEvent, historyEvents, machineOf } from '../../../asl/index.ts';
import type { JsonObject } from '../../../asl/json.ts';
import { type TestCloud, testCloud } from '../../../testing/index.ts';

const subject = { machine: 'm', arn: 'arn:aws:states:eu-west-1:123456789012', roleArn: 'role' };

type Workers = Readonly<Record<string, (input: unknown) => unknown>>;

export interface Ran {
  readonly cloud: TestCloud;
  readonly executionId: string;
  /** The history of Step Functions, as far as the execution has come. */
  events(): Promise<readonly HistoryEvent[]>;
  /** The history of an item in each run of a distributed Map, in the order of the runs. */
  eventsOfItem(item: number): Promise<readonly (readonly HistoryEvent[] | undefined)[]>;
}

/** Starts a definition in the test cloud. Its tasks are mocked by their paths. */
export async function started(
  definition: JsonObject,
  workers: Workers = {},
  input: unknown = {},
): Promise<Ran> {
  const options = { id: 'm', tasks: 'mocked' } as const;
  const cloud = testCloud([machineOf(definition, options)], workers);
  const { executionId } = await cloud.start('m', { executionId: 'e', input });
  const replay: Parameters<typeof historyEvents>[1] = (observe, id) =>
    cloud.client.historyAll(id, { machines: [machineOf(definition, { ...options, observe })] });
  return {
    cloud,
    executionId,
    events: () => historyEvents({ ...subject, executionId }, replay),
    async eventsOfItem(item) {
      const { mapRuns } = await recordedHistory({ ...subject, executionId, item }, replay);
      return mapRuns.map((run) => run.historyOf(item));
    },
  };
}

/** Runs a definition to its end and gives its history. */
export async function historyOf(definition: JsonObject, workers: Workers = {}, input: unknown = {}) {
  const ran = await started(definition, workers, input);
  await ran.cloud.runToEnd(ran.executionId);
  return ran.events();
}

/** `3<2 TaskScheduled`, with the name of the state or the index of the iteration. */
export function lines(events: readonly HistoryEvent[]): readonly string[] {
  return events.map(({ id, previousEventId, type, details = {} }) => {
    const { name, index } = details;
    const of = [name, index].filter((each) => each !== undefined).map((each) => ` ${each}`);
    return `${id}<${previousEventId} ${type}${of.join('')}`;
  });
}

export function named(name: string, message = ''): Error {
  return Object.assign(new Error(message), { name });
}

/** The work of a task that fails the first time and then succeeds with `'done'`. */
export function failingOnce(error: Error): () => string {
  let calls = 0;
  return () => {
    if (calls++ === 0) throw error;
    return 'done';
  };
}

/** The events of an execution whose only state, the task T, has failed. */
export const failedTask: readonly string[] = [
  '1<0 ExecutionStarted',
  '2<0 TaskStateEntered T',
  '3<2 LambdaFunctionScheduled',
  '4<3 LambdaFunctionStarted',
  '5<4 LambdaFunctionFailed',
  '6<5 ExecutionFailed',
];

/** A Task state that calls a function, and ends. */
export const task = (name: string, more: object = {}) => ({
  Type: 'Task',
  Resource: `arn:aws:lambda:eu-west-1:123456789012:function:${name}`,
  End: true,
  ...more,
});
