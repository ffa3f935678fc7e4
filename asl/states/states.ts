import type { AnyActorRef } from 'xstate';
import { entryTime } from '../../orchestrator/core/policy/entryTime.ts';
import type { KeysOf } from '../../orchestrator/core/policy/options.ts';
import { checkCallOptions } from '../checkCallOptions.ts';
import { type Context, firstContext, isItemStart } from '../compile/context.ts';
import { jsonIn } from '../compile/taskState.ts';
import type { Variables } from '../template/evaluate.ts';
import type { MachineParts, StateMakers, StatesOptions } from './makers.ts';
import { StatesOfMachine } from './statesOfMachine.ts';

/** The context of a machine whose states follow Amazon States Language. */
export type StatesContext = Context;

const optionKeys: KeysOf<StatesOptions> = {
  id: true,
  actors: true,
  guards: true,
  queryLanguage: true,
  keepsInput: true,
  account: true,
  type: true,
  name: true,
};

/**
 * Makers of XState states that do what the states of Amazon States Language do, with its data flow, retriers, catchers and
 * errors. `millrace asl convert` writes machines with them:
 *
 *     const actors = { Charge: resource('arn:aws:lambda:us-east-1:123456789012:function:charge') };
 *     const { context, delays, output, options, taskState } = states({ id: 'orders', actors });
 *
 *     export const orders = setup({
 *       types: { context: {} as StatesContext, input: {} as Json, output: {} as Json },
 *       actors,
 *       delays,
 *     }).createMachine({
 *       id: 'orders',
 *       context,
 *       initial: 'Charge',
 *       states: {
 *         Charge: taskState('Charge', { arguments: ({ input }) => ({ order: input }), target: 'end' }),
 *         end: { type: 'final' },
 *       },
 *       output,
 *       options,
 *     });
 *
 * @typeParam Guard names of the guards: `keyof typeof guards`
 * @typeParam Assigned types of the variables
 */
export function states<Guard extends string = string, Assigned extends Variables = Variables>(
  options: StatesOptions<Guard>,
): MachineParts & StateMakers<Guard, Assigned> {
  checkCallOptions('states', options, optionKeys);
  const context = ({ input, self }: { readonly input: unknown; readonly self: AnyActorRef }): Context => {
    const data = input === undefined ? {} : jsonIn(input);
    const started = new Date(entryTime(self)).toISOString();
    return firstContext({ id: self.id, started, ...(options.keepsInput && { input: data }) }, data);
  };
  const machine = new StatesOfMachine(options);
  return { ...machine.parts(context), ...machine.makers<Assigned>() };
}

/**
 * Makers of the states that a Map state runs for each item: as {@link states}, for a machine that Map states start with an
 * item.
 */
export function itemStates<Guard extends string = string, Assigned extends Variables = Variables>(
  options: StatesOptions<Guard>,
): MachineParts & StateMakers<Guard, Assigned> {
  checkCallOptions('itemStates', options, optionKeys);
  const context = ({ input, self }: { readonly input: unknown; readonly self: AnyActorRef }): Context => {
    if (!isItemStart(input))
      throw new Error(`The machine '${self.id}' is started by a Map state, and by nothing else.`);
    return firstContext(input.execution, input.input, input.variables);
  };
  const machine = new StatesOfMachine(options);
  return { ...machine.parts(context), ...machine.makers<Assigned>() };
}
