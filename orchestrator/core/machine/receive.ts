import type { AnyEventObject } from 'xstate';
import type { Json } from '../data/json.ts';
import { revivedThrown } from '../data/thrown.ts';
import { isReservedEventType } from '../policy/eventTypes.ts';
import type { MachineState } from './state.ts';
import type { MachineInput, MachineStep } from './step.types.ts';
import { earliestTimer, withoutFired } from './timers.ts';

/** What an input is to a machine in its present state. */
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
  readonly actorId: string;
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
  }
}

function receiveResult(state: MachineState, result: TaskResult): Received {
  const open = Object.entries(state.children).find(
    ([, { task, status }]) => task === result.task && status === 'active',
  );
  if (!open) return { type: 'ignored', reason: 'NotOpen' };
  const [actorId, child] = open;
  const succeeded = result.type === 'taskSucceeded';
  const output = succeeded ? result.output : undefined;
  const error = succeeded ? undefined : revivedThrown(result.error);
  const hasReferences = succeeded && result.isMessage === true;
  const settledChild = { ...child, status: succeeded ? 'done' : 'error' } as const;
  return {
    type: 'event',
    state: { ...state, children: { ...state.children, [actorId]: settledChild } },
    event: succeeded
      ? { type: `xstate.done.actor.${actorId}`, output, actorId }
      : { type: `xstate.error.actor.${actorId}`, error, actorId },
    hasReferences,
    settled: { actorId, output, error, hasReferences },
  };
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

/** What is stored as an event was one. */
function storedEvent(event: Json): AnyEventObject {
  if (typeof event === 'object' && event !== null && 'type' in event && typeof event.type === 'string') {
    return { ...event, type: event.type };
  }
  throw new TypeError(`A stored timer has no event: ${JSON.stringify(event)}`);
}
