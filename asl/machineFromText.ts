import type { AnyStateMachine } from 'xstate';
import type { Format } from './document/readDocument.ts';
import { errorsIn, InvalidDefinitionError, loadDefinition } from './load.ts';
import { type MachineOptions, machineOf } from './machine.ts';

/**
 * The machine of a definition's text, for a test or a program of your own: files in `machines/` need no code.
 *
 *     const orders = machineFromText(readFileSync('machines/orders.asl.json', 'utf8'), { id: 'orders', tasks: 'mocked' });
 *     const cloud = testCloud([orders], { Charge: () => ({ paid: true }) });
 *
 * @throws InvalidDefinitionError
 */
export function machineFromText(
  text: string,
  { format = 'json', ...options }: MachineOptions & { readonly format?: Format },
): AnyStateMachine {
  const loaded = loadDefinition(text, format, options);
  const errors = errorsIn(loaded);
  if (errors.length > 0 || loaded.definition === undefined)
    throw new InvalidDefinitionError(`'${options.id}'`, errors);
  return machineOf(loaded.definition, options);
}
