import { EndlessLoopError } from './failure.ts';
import type { HostedMachine } from './hostedMachine.ts';
import { storeMachineState } from './state.ts';
import type { MachineInput, MachineStep } from './step.types.ts';

/** The last step of a machine that takes inputs without end within one step of its execution. */
export function endless(
  machine: HostedMachine,
  input: MachineInput,
  mostInputs: number,
): Extract<MachineStep, { type: 'taken' }> {
  const { name, message } = new EndlessLoopError(input.type, mostInputs);
  const state = { ...machine.toState(0), status: 'error' as const };
  return {
    type: 'taken',
    stored: storeMachineState(state),
    state,
    effects: [],
    edges: [],
    failure: { code: 'EndlessLoop', name, message },
  };
}
