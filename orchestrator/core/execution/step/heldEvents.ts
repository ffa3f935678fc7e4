import type { PreparedMachine } from '../../machine/index.ts';
import type { HeldEvent } from '../model/execution.ts';
import type { LogVerdict } from '../model/log.ts';
import type { Draft } from './draft.ts';

/** Gives the machine an event. Where it holds events, one that no active state takes now is kept for later. */
export function offerEvent(
  draft: Draft,
  machine: PreparedMachine,
  held: HeldEvent,
  cause: string,
): LogVerdict {
  const { event, isMessage } = held;
  const onlyIfTaken = machine.heldEvents !== undefined;
  const ignored = draft.step(
    machine,
    { type: 'event', event, onlyIfTaken, isMessage: isMessage === true },
    cause,
  );
  if (ignored === undefined) return { type: 'applied' };
  if (ignored !== 'NotTaken') return { type: 'ignored', reason: ignored };
  const { held: others = [] } = draft.execution;
  const maximum = machine.heldEvents?.maximum ?? 0;
  if (others.length >= maximum) return { type: 'ignored', reason: 'HeldEventsFull' };
  draft.set({ held: [...others, held] });
  return { type: 'held' };
}

/** After a transition: what was held is offered in the order in which it came, until nothing more is taken. */
export function offerHeldEvents(draft: Draft, machine: PreparedMachine, cause: string): void {
  for (let index = 0; !draft.ended; ) {
    const { held = [] } = draft.execution;
    const next = held[index];
    if (!next) return;
    const { event, isMessage, reference } = next;
    const input = { type: 'event', event, onlyIfTaken: true, isMessage: isMessage === true } as const;
    const before = draft.execution;
    const others = held.filter((other) => other !== next);
    draft.setOptional('held', others.length > 0 ? others : undefined);
    if (draft.stepOnce(machine, input, cause) === undefined) {
      if (draft.execution.status === 'FAILED') {
        // It is held still: a redrive offers it again.
        draft.set({ held });
        return;
      }
      draft.log('held', reference);
      index = 0;
    } else {
      draft.set({ held: before.held ?? [] });
      index++;
    }
  }
}

/** What is held when the execution ends for good, no state will take. */
export function dropHeldEvents(draft: Draft): void {
  for (const { reference } of draft.execution.held ?? []) {
    draft.log('held', reference, { type: 'ignored', reason: 'Ended' });
  }
  draft.setOptional('held', undefined);
}
