import type { AnyStateMachine } from 'xstate';

/** A registered symbol, because a machine may come from a bundle with its own copy of this module. */
const lazyMachineKey: unique symbol = Symbol.for('millrace.lazyMachine') as never;

/**
 * A machine that is made when it is first needed: making a large one takes seconds, which the start of a function that
 * serves others as well need not wait for. It was made and checked once when it was bundled.
 */
export interface LazyMachine {
  readonly [lazyMachineKey]: true;
  readonly id: string;
  readonly version: string;
  /** The machines that it starts have ids that begin with its own and a dot. */
  create(): AnyStateMachine;
}

/** @param create is called once */
export function lazyMachine(id: string, version: string, create: () => AnyStateMachine): LazyMachine {
  let made: AnyStateMachine | undefined;
  return {
    [lazyMachineKey]: true,
    id,
    version,
    create: () => {
      made ??= create();
      return made;
    },
  };
}

export function isLazyMachine(value: unknown): value is LazyMachine {
  return typeof value === 'object' && value !== null && lazyMachineKey in value;
}
