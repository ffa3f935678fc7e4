import type { AnyStateMachine } from 'xstate';
import { machineOf } from './machine.ts';
import { type Substitutions, substitutionsVariable } from './substitutions.ts';

/**
 * The machine of a definition that was checked when it was bundled, with the substitutions of its deployment.
 *
 * @param definition as JSON text: JavaScript reads that faster than an object of its own
 */
export function deployedMachine(
  definition: string,
  id: string,
  environment: Readonly<Record<string, string | undefined>>,
): AnyStateMachine {
  const substitutions: Substitutions = JSON.parse(environment[substitutionsVariable] || '{}');
  return machineOf(JSON.parse(definition), { id, substitutions });
}
