import type { AnyStateMachine } from 'xstate';
import { checkCallOptions } from './checkCallOptions.ts';
import type { Format } from './document/readDocument.ts';
import { errorsIn, InvalidDefinitionError, loadDefinition } from './load.ts';
import { type MachineOptions, machineOf, machineOptionKeys } from './machine.ts';

/**
 * The machine of a definition's text, for a test or a program of your own: files in `machines/` need no code.
 *
 *     const orders = machineFromText(readFileSync('machines/orders.asl.json', 'utf8'), { id: 'orders', tasks: 'mocked' });
 *     const cloud = testCloud([orders], { Charge: () => ({ paid: true }) });
 *
 * @throws InvalidDefinitionError, UnknownOptionError
 */
export function machineFromText(
  text: string,
  given: MachineOptions & { readonly format?: Format },
): AnyStateMachine {
  checkCallOptions('machineFromText', given, { ...machineOptionKeys, format: true });
  const { format = 'json', ...options } = given;
  const { type } = options;
  const loaded = loadDefinition(text, format, { ...(type !== undefined && { type }) });
  const errors = errorsIn(loaded);
  if (errors.length > 0 || loaded.definition === undefined)
    throw new InvalidDefinitionError(`'${options.id}'`, errors);
  return machineOf(loaded.definition, options);
}
