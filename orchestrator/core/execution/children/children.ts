import type { Json } from '../../data/json.ts';
import type { TaskError } from '../../data/thrown.ts';
import type { ActorSource, MachineEffect } from '../../machine/index.ts';
import { timeoutErrorName } from '../../policy/errorNames.ts';
import { childId, childNumber, deepestChild, depthOf, hostOf, parentOf } from '../model/addresses.ts';
import type { Execution, ExecutionStatus } from '../model/execution.ts';
import type { Draft } from '../step/draft.ts';
import type { FollowUp } from '../step/followUp.ts';
import type { Origin } from '../step/origin.ts';
import type { Message, Said } from './messages.ts';

type MachineSource = Extract<ActorSource, { kind: 'machine' }>;
type StartEffect = Extract<MachineEffect, { type: 'startTask' }>;
type StopEffect = Extract<MachineEffect, { type: 'stopTask' }>;

/** A child machine starts with the commit: its start item is part of the same transaction. */
export function startChild(
  draft: Draft,
  { task, src, input }: Pick<StartEffect, 'task' | 'src' | 'input'>,
  source: Pick<MachineSource, 'machine' | 'version'>,
): FollowUp | undefined {
  const { executionId, children = [] } = draft.execution;
  if (depthOf(executionId) >= deepestChild) {
    const message =
      `'${src}' would be a machine ${deepestChild + 1} levels deep, and ${deepestChild} is the limit. ` +
      'Let the machines that start each other come to an end.';
    return { type: 'fail', error: { code: 'ChildTooDeep', name: 'ChildTooDeep', message } };
  }
  const { machine, version } = source;
  draft.set({ children: [...children, { task, machine }] });
  const receiver = childId(executionId, task);
  const start = {
    type: 'start',
    receiver,
    machine,
    version,
    ...(input === undefined ? {} : { input }),
  } as const;
  draft.said.push({ type: 'start', receiver, start });
  return undefined;
}

export function hasChild({ children = [] }: Execution, task: number): boolean {
  return children.some((child) => child.task === task);
}

/** @param said what the machine has sent so far in the step that stops the child: the answers to it are heard */
export function stopChild(draft: Draft, { task, by }: StopEffect, said: readonly Said[]): void {
  if (!hasChild(draft.execution, task)) return;
  const receiver = childId(draft.execution.executionId, task);
  const count = said.filter((one) => one.type === 'send' && one.receiver === receiver).length;
  const answered = count > 0 && { answered: { count, ...(by !== undefined && { to: by }) } };
  draft.said.push({ type: 'stop', receiver, ...answered });
  draft.removeChild(task);
}

/** Children do not outlive the execution that started them. They stay known, for a redrive. */
export function stopChildren(draft: Draft): void {
  tellChildren(draft, { type: 'stop' });
}

export function redriveChildren(draft: Draft): void {
  tellChildren(draft, { type: 'redrive' });
}

/** The list of which they work on parts has failed. */
export function endParts(draft: Draft): void {
  tellChildren(draft, { type: 'endPart' });
}

function tellChildren(draft: Draft, message: Message): void {
  for (const { task } of draft.execution.children ?? []) tellChild(draft, task, message);
}

export function tellChild({ execution, said }: Draft, task: number, message: Message): void {
  said.push({ type: 'send', receiver: childId(execution.executionId, task), message });
}

/** Drops an event to a task, or to a child that has ended, as XState does. */
export function sendMessage(
  draft: Draft,
  { to, event }: Extract<MachineEffect, { type: 'send' }>,
  { answers }: Pick<Origin, 'answers'>,
): void {
  const { executionId } = draft.execution;
  const number = childNumber(to, executionId);
  if (number !== undefined && !hasChild(draft.execution, number)) return;
  if (!isEvent(event))
    throw new TypeError(`The value sent to '${to}' is not an event: ${JSON.stringify(event)}`);
  const receiver = hostOf(to);
  const answer = answers && to === parentOf(executionId) && { ...answers, isAnswer: true as const };
  const message = { type: 'event', event, ...(receiver !== to && { to }), ...answer } as const;
  draft.said.push({ type: 'send', receiver, message });
}

function isEvent(event: unknown): event is Extract<Message, { type: 'event' }>['event'] {
  return typeof event === 'object' && event !== null && 'type' in event && typeof event.type === 'string';
}

/** The values that the parent's machine gets whole, where the child's execution keeps less. */
export interface Whole {
  /** The error that the child's machine failed with, where it was its machine that failed. */
  readonly thrown?: TaskError | undefined;
  /** Its output with errors marked, where it holds some. */
  readonly output?: Json | undefined;
}

/** The parent's machine goes on with the result of a child that has ended. */
export function tellParent(draft: Draft, whole: Whole): void {
  const parent = parentOf(draft.execution.executionId);
  const message = parent === undefined ? undefined : resultOf(draft.execution, whole);
  if (parent !== undefined && message) draft.said.push({ type: 'send', receiver: parent, message });
}

function resultOf(
  { executionId, status, output, error }: Execution,
  { thrown, output: markedOutput = output }: Whole,
): Message | undefined {
  const failed = (name: string, message: string): Message => ({ type: 'error', error: { name, message } });
  switch (status satisfies ExecutionStatus) {
    case 'SUCCEEDED':
      return { type: 'done', ...(markedOutput === undefined ? {} : { output: markedOutput }) };
    case 'FAILED':
      return thrown ? { type: 'error', error: thrown } : failed(error?.name ?? 'Error', error?.message ?? '');
    case 'TIMED_OUT':
      return failed(timeoutErrorName, `The child execution '${executionId}' has timed out.`);
    case 'ABORTED':
      return failed('States.TaskFailed', `The child execution '${executionId}' was stopped.`);
    case 'RUNNING':
    case 'PENDING_REDRIVE':
    case 'SUSPENDED':
      return undefined;
  }
}
