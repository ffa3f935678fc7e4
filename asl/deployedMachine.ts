import { type LazyMachine, lazyMachine } from '../orchestrator/core/machine/index.ts';
import { machineOf } from './machine.ts';
import { type Substitutions, substitutionsVariable } from './substitutions.ts';

/**
 * The machine of a definition that was checked when it was bundled, with the substitutions of its deployment. It is compiled
 * when it is first needed.
 *
 * @param definition as JSON text: JavaScript reads that faster than an object of its own
 */
export function deployedMachine(
  definition: string,
  id: string,
  environment: Readonly<Record<string, string | undefined>>,
): LazyMachine {
  return lazyMachine(id, '1', () => {
    const substitutions: Substitutions = JSON.parse(environment[substitutionsVariable] || '{}');
    return machineOf(JSON.parse(definition), { id, substitutions });
  });
}
