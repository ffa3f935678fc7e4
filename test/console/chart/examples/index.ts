import type { AnyStateMachine } from 'xstate';
import { loan } from '../../../../machines/loan.ts';
import { order } from '../../../../machines/order.ts';
import { aslMachines } from './aslDefinitions.ts';
import { generatedMachine } from './generatedMachines.ts';
import { knownMachines } from './knownMachines.ts';
import { claim, onboarding, payment } from './ownMachines.ts';

/** The machines that charts are judged by. */
export const exampleMachines: Readonly<Record<string, AnyStateMachine>> = {
  order,
  loan,
  payment,
  onboarding,
  claim,
  ...knownMachines,
  ...aslMachines,
  generated60: generatedMachine('generated60', 60, 7),
  generated200: generatedMachine('generated200', 200, 11),
};
