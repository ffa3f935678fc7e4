import type { AnyStateMachine } from 'xstate';
import type { JsonObject } from '../data/json.ts';
import { isLazyMachine, type LazyMachine } from './lazyMachine.ts';
import { buildMachine, configOf, implementationsOf, isStateMachine, property } from './xstateInternals.ts';

/**
 * The machines that a module exports: every export that is an XState machine, and the default export of a JSON file
 * (a config without implementations). Exports of any other kind are the module's own affair.
 */
export function machinesOf(module: object): (AnyStateMachine | JsonObject)[] {
  return [...eagerMachinesOf(module), ...lazyMachinesOf(module).map((machine) => machine.create())];
}

/** The machines that a module exports, and that are made when they are first needed. */
export function lazyMachinesOf(module: object): LazyMachine[] {
  return Object.values(module).filter(isLazyMachine);
}

/** The machines that a module exports, without those that are made when they are first needed. */
export function eagerMachinesOf(module: object): (AnyStateMachine | JsonObject)[] {
  const machines: (AnyStateMachine | JsonObject)[] = [];
  for (const [name, value] of Object.entries(module)) {
    if (isStateMachine(value)) machines.push(name === 'default' ? value : withId(value, name));
    else if (name === 'default' && !isLazyMachine(value) && isConfig(value)) machines.push(value);
  }
  // A machine that is exported under two names is one machine.
  return [...new Set(machines)];
}

/** A machine without an id has that of its export. */
function withId(machine: AnyStateMachine, id: string): AnyStateMachine {
  return configOf(machine.root).id === undefined
    ? buildMachine({ ...configOf(machine.root), id }, implementationsOf(machine))
    : machine;
}

function isConfig(value: unknown): value is JsonObject {
  const has = (key: string) => property(value, key) !== undefined;
  return typeof value === 'object' && has('id') && (has('states') || has('invoke') || has('on'));
}
