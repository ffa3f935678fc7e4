import { MillraceError } from '../errors/millraceError.ts';
import { taskAt } from './actors.ts';
import type { PreparedMachine } from './prepare.ts';
import { type Received, receive } from './receive.ts';
import { mayHoldReferences } from './references.ts';
import { type MachineState, parseMachineState, runningChild, storeMachineState, unstarted } from './state.ts';
import type { MachineInput, MachineStep } from './step.types.ts';
import { type StepAt, StepRun } from './stepRun.ts';

/** Thrown when a machine without a state gets anything but its start, or one with a state gets a start. */
export class InputOrderError extends MillraceError {
  override readonly code = 'InputOrder';
  override readonly name = 'InputOrderError';
  constructor(input: MachineInput['type']) {
    super(
      input === 'start'
        ? 'This machine has started: pass no stored state with a start.'
        : `This machine has not started: '${input}' needs the stored state of an earlier step.`,
    );
  }
}

/** The state that a machine has before a step. */
export interface Before {
  /** Made of JSON a moment ago: the machine may change its context in place. */
  readonly state: MachineState;
  /** Gives it once more, as it is stored. */
  readonly again: () => MachineState;
  readonly mayHoldReferences: () => boolean;
}

export function storedBefore(stored: string): Before {
  const again = () => parseMachineState(stored);
  return { state: again(), again, mayHoldReferences: () => mayHoldReferences(stored) };
}

/**
 * A step of one machine, without those that it hosts.
 *
 * @throws InputOrderError
 * @throws DefinitionMismatchError where the machine does not have the stored state
 */
export function stepOne(
  prepared: PreparedMachine,
  before: Before | undefined,
  input: MachineInput,
  at: StepAt,
): MachineStep {
  if (input.type === 'start') {
    if (before !== undefined) throw new InputOrderError(input.type);
    const first = { ...unstarted, nextTask: at.nextTask ?? 0 };
    return new StepRun(prepared, undefined, first, at).start(input.input, input.isMessage === true);
  }
  if (before === undefined) throw new InputOrderError(input.type);
  const { state, again, mayHoldReferences } = before;
  const received = receive(state, input, at.now);
  if (received.type === 'ignored') return received;
  if (received.type === 'relayed') return relay(received, at);
  return new StepRun(prepared, again, state, at).take(received, mayHoldReferences());
}

/** A timer for another actor concerns the machine no more. A child of its own gets nothing after its end. */
function relay({ state, to, event }: Extract<Received, { type: 'relayed' }>, { actor }: StepAt): MachineStep {
  const task = taskAt(to, actor.host ?? actor.id);
  const isGone = task !== undefined && actor.host === undefined && !runningChild(state, task);
  return {
    type: 'taken',
    stored: storeMachineState(state),
    state,
    effects: isGone ? [] : [{ type: 'send', to, event }],
    edges: [],
  };
}
