import { MillraceError } from '../errors/millraceError.ts';
import { taskAt } from './actors.ts';
import type { PreparedMachine } from './prepare.ts';
import { type Received, receive } from './receive.ts';
import { mayHoldReferences } from './references.ts';
import { parseMachineState, runningChild, storeMachineState, unstarted } from './state.ts';
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

/**
 * Takes a machine one step on: what XState's actor would do with the input, as data. It runs no action, timer or task,
 * and the same arguments give the same bytes.
 * @param stored the state as an earlier step gave it; undefined for the start
 * @throws InputOrderError
 * @throws DefinitionMismatchError where the machine does not have the stored state
 */
export function stepMachine(
  prepared: PreparedMachine,
  stored: string | undefined,
  input: MachineInput,
  at: StepAt,
): MachineStep {
  if (input.type === 'start') {
    if (stored !== undefined) throw new InputOrderError(input.type);
    return new StepRun(prepared, undefined, unstarted, at).start(input.input, input.isMessage === true);
  }
  if (stored === undefined) throw new InputOrderError(input.type);
  const before = parseMachineState(stored);
  const received = receive(before, input, at.now);
  if (received.type === 'ignored') return received;
  if (received.type === 'relayed') return relay(received, at);
  return new StepRun(prepared, stored, before, at).take(received, mayHoldReferences(stored));
}

/**
 * Refuses a machine that could not go on from a state that is stored.
 *
 * @throws DefinitionMismatchError
 */
export function checkTakesUp(prepared: PreparedMachine, stored: string, at: StepAt): void {
  const state = parseMachineState(stored);
  new StepRun(prepared, stored, state, at).rehydrated(state, mayHoldReferences(stored));
}

/** A timer for another actor concerns the machine no more. A child of its own gets nothing after its end. */
function relay({ state, to, event }: Extract<Received, { type: 'relayed' }>, at: StepAt): MachineStep {
  const task = taskAt(to, at.actor.id);
  const isGone = task !== undefined && !runningChild(state, task);
  return {
    type: 'taken',
    stored: storeMachineState(state),
    state,
    effects: isGone ? [] : [{ type: 'send', to, event }],
    edges: [],
  };
}
