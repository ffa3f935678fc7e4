import type { Json } from '../../data/json.ts';
import type { TaskError } from '../../data/thrown.ts';
import type { ActorSource, MachineEffect } from '../../machine/index.ts';
import { timeoutErrorName } from '../../policy/errorNames.ts';
import { childId, childNumber, deepestChild, depthOf, parentOf } from '../model/addresses.ts';
import type { Execution, ExecutionStatus } from '../model/execution.ts';
import type { Draft } from '../step/draft.ts';
import type { Message } from './messages.ts';

type MachineSource = Extract<ActorSource, { kind: 'machine' }>;
type StartEffect = Extract<MachineEffect, { type: 'startTask' }>;

/** A child machine starts with the commit: its start item is part of the same transaction. */
export function startChild(
  draft: Draft,
  { task, src, input }: Pick<StartEffect, 'task' | 'src' | 'input'>,
  source: Pick<MachineSource, 'machine' | 'version'>,
): void {
  const { executionId, children = [] } = draft.execution;
  if (depthOf(executionId) >= deepestChild) {
    const message =
      `'${src}' would be a machine ${deepestChild + 1} levels deep, and ${deepestChild} is the limit. ` +
      'Let the machines that start each other come to an end.';
    draft.fail({ code: 'ChildTooDeep', name: 'ChildTooDeep', message });
    return;
  }
  const { machine, version } = source;
  draft.set({ children: [...children, { task, machine }] });
  draft.outgoing.start({
    type: 'start',
    receiver: childId(executionId, task),
    machine,
    version,
    ...(input === undefined ? {} : { input }),
  });
}

export function hasChild({ children = [] }: Execution, task: number): boolean {
  return children.some((child) => child.task === task);
}

/** The child is told nothing: it has ended, or is being told already. */
export function removeChild(draft: Draft, task: number): void {
  const { executionId, children = [], received = {} } = draft.execution;
  const { [childId(executionId, task)]: _, ...rest } = received;
  draft.setOptional('children', notEmpty(children.filter((child) => child.task !== task)));
  draft.setOptional('received', Object.keys(rest).length > 0 ? rest : undefined);
}

export function stopChild(draft: Draft, task: number): void {
  if (!hasChild(draft.execution, task)) return;
  draft.outgoing.stop(childId(draft.execution.executionId, task));
  removeChild(draft, task);
}

/** Children do not outlive the execution that started them. They stay known, for a redrive. */
export function stopChildren(draft: Draft): void {
  const { executionId, children = [] } = draft.execution;
  for (const { task } of children) draft.outgoing.send(childId(executionId, task), { type: 'stop' });
}

export function redriveChildren(draft: Draft): void {
  const { executionId, children = [] } = draft.execution;
  for (const { task } of children) draft.outgoing.send(childId(executionId, task), { type: 'redrive' });
}

/** What an event to a task, or to a child that has ended, says, nobody hears: as in XState. */
export function sendMessage(draft: Draft, { to, event }: Extract<MachineEffect, { type: 'send' }>): void {
  const { executionId } = draft.execution;
  const number = childNumber(to, executionId);
  if (number !== undefined && !hasChild(draft.execution, number)) return;
  if (!isEvent(event)) throw new TypeError(`What is sent to '${to}' is no event: ${JSON.stringify(event)}`);
  draft.outgoing.send(to, { type: 'event', event });
}

function isEvent(event: unknown): event is Extract<Message, { type: 'event' }>['event'] {
  return typeof event === 'object' && event !== null && 'type' in event && typeof event.type === 'string';
}

/** What the parent's machine gets whole, where the child's execution keeps less. */
interface Whole {
  /** What the child's machine failed with, where it was its machine that failed. */
  readonly thrown: TaskError | undefined;
  /** Its output with errors marked, where it holds some. */
  readonly output: Json | undefined;
}

/** The parent's machine goes on with the result of a child that has ended. */
export function tellParent(draft: Draft, whole: Whole): void {
  const parent = parentOf(draft.execution.executionId);
  const message = parent === undefined ? undefined : resultOf(draft.execution, whole);
  if (parent !== undefined && message) draft.outgoing.send(parent, message);
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

function notEmpty<Item>(items: readonly Item[]): readonly Item[] | undefined {
  return items.length > 0 ? items : undefined;
}
