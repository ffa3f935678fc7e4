import type { AnyEventObject } from 'xstate';
import type { Json } from '../data/json.ts';
import { revivedThrown } from '../data/thrown.ts';
import { isReservedEventType } from '../policy/eventTypes.ts';
import { type MachineState, type OrphanedChild, runningChild } from './state.ts';
import type { MachineInput, MachineStep } from './step.types.ts';
import { earliestTimer, withoutFired } from './timers.ts';

/** The meaning of an input for a machine in its present state. */
export type Received =
  | Extract<MachineStep, { type: 'ignored' }>
  /** A timer whose event is for another actor. */
  | { readonly type: 'relayed'; readonly state: MachineState; readonly to: string; readonly event: Json }
  | {
      readonly type: 'event';
      readonly state: MachineState;
      readonly event: AnyEventObject;
      /** The event was stored or sent by a machine: actors in it are references. */
      readonly hasReferences: boolean;
      /** The event is ignored where no active state takes it. */
      readonly onlyIfTaken?: boolean;
      /** The child that has ended with this event. */
      readonly settled?: Settled;
    };

export interface Settled {
  readonly task: number;
  readonly output: Json | undefined;
  readonly error: unknown;
  /** Actors in the output are references. */
  readonly hasReferences: boolean;
}

type Input = Exclude<MachineInput, { type: 'start' }>;
type TaskResult = Extract<MachineInput, { type: 'taskSucceeded' | 'taskFailed' }>;

export function receive(state: MachineState, input: Input, now: number): Received {
  if (state.status !== 'active') return { type: 'ignored', reason: 'Ended' };
  switch (input.type) {
    case 'event':
      return isReservedEventType(input.event.type)
        ? { type: 'ignored', reason: 'ReservedType' }
        : {
            type: 'event',
            state,
            event: input.event,
            hasReferences: input.isMessage === true,
            ...(input.onlyIfTaken === true && { onlyIfTaken: true }),
          };
    case 'taskSucceeded':
    case 'taskFailed':
      return receiveResult(state, input);
    case 'timer':
      return receiveTimer(state, now);
    case 'listPart':
    case 'endListPart':
    case 'updateList':
      // The machine that hosts the items takes it.
      return { type: 'ignored', reason: 'NotOpen' };
  }
}

function receiveResult(state: MachineState, result: TaskResult): Received {
  const child = runningChild(state, result.task);
  if (!child) return { type: 'ignored', reason: 'NotOpen' };
  const { actorId } = child;
  const succeeded = result.type === 'taskSucceeded';
  const output = succeeded ? result.output : undefined;
  const error = succeeded ? undefined : revivedThrown(result.error);
  const hasReferences = succeeded && result.isMessage === true;
  return {
    type: 'event',
    state: withSettled(state, child, succeeded ? 'done' : 'error'),
    event: succeeded
      ? { type: `xstate.done.actor.${actorId}`, output, actorId }
      : { type: `xstate.error.actor.${actorId}`, error, actorId },
    hasReferences,
    settled: { task: child.task, output, error, hasReferences },
  };
}

/** A child that has ended stays with its machine, but an orphan goes: nothing in XState can reach it any more. */
function withSettled(
  state: MachineState,
  { actorId, ...child }: OrphanedChild,
  status: 'done' | 'error',
): MachineState {
  const { orphans, ...rest } = state;
  if (!orphans?.some(({ task }) => task === child.task)) {
    return { ...state, children: { ...state.children, [actorId]: { ...child, status } } };
  }
  const left = orphans.filter(({ task }) => task !== child.task);
  return left.length === 0 ? rest : { ...rest, orphans: left };
}

function receiveTimer(before: MachineState, now: number): Received {
  const index = earliestTimer(before.timers);
  const timer = before.timers[index];
  if (!timer || timer.dueAt > now) return { type: 'ignored', reason: 'NothingDue' };
  const state = { ...before, timers: withoutFired(before.timers, index) };
  const { event, to } = timer;
  return to === undefined
    ? { type: 'event', state, event: storedEvent(event), hasReferences: true }
    : { type: 'relayed', state, to, event };
}

/** A value that was stored as an event was one. */
function storedEvent(event: Json): AnyEventObject {
  if (typeof event === 'object' && event !== null && 'type' in event && typeof event.type === 'string') {
    return { ...event, type: event.type };
  }
  throw new TypeError(`A stored timer has no event: ${JSON.stringify(event)}`);
}
