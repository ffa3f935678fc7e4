import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { invokeConfigs, nodesOf } from './parts.ts';
import { type ActorSource, hostedName, itemMachineOf, resolveSource } from './sources.ts';
import { childNodes, configOf, implementationsOf, property } from './xstateInternals.ts';

/**
 * The actors that a machine names, by `src`, with those of the machines of items that it hosts; logic that is written into an invoke has a name by its
 * place.
 */
export function sourcesOf(machine: AnyStateMachine): ReadonlyMap<string, ActorSource> {
  const sources = new Map<string, ActorSource>();
  for (const [name, logic] of logicsOf(machine)) {
    const source = resolveSource(name, logic);
    sources.set(name, source);
    if (source.kind !== 'eachMachine') continue;
    for (const [inner, ofItem] of sourcesOf(source.definition)) sources.set(hostedName(name, inner), ofItem);
  }
  return sources;
}

/** The machines that a machine itself hosts for the items of its lists, by the name of the `each`. */
export function itemMachinesOf(machine: AnyStateMachine): ReadonlyMap<string, AnyStateMachine> {
  return new Map(
    [...logicsOf(machine)].flatMap(([name, logic]): (readonly [string, AnyStateMachine])[] => {
      const item = itemMachineOf(logic);
      return item ? [[name, item]] : [];
    }),
  );
}

/** The names of a machine's actor logic, by which logic itself finds its name. */
export function namesOfLogic(machine: AnyStateMachine): ReadonlyMap<unknown, string> {
  const names = new Map<unknown, string>();
  for (const [name, logic] of logicsOf(machine)) {
    if (logic !== undefined && !names.has(logic)) names.set(logic, name);
  }
  return names;
}

function logicsOf(machine: AnyStateMachine): ReadonlyMap<string, unknown> {
  const logics = new Map<string, unknown>(Object.entries(implementationsOf(machine).actors));
  for (const node of nodesOf(machine.root)) {
    for (const [index, config] of invokeConfigs(node).entries()) {
      const src = property(config, 'src');
      const name = typeof src === 'string' ? src : inlineName(node, index);
      if (!logics.has(name)) logics.set(name, typeof src === 'string' ? undefined : src);
    }
  }
  return logics;
}

/** The config in which logic written into `invoke.src` has a name that is found again after a restart. */
export function withNamedInvokes(node: AnyStateNode): Record<string, unknown> {
  const config = { ...configOf(node) };
  if (config.invoke !== undefined) {
    config.invoke = invokeConfigs(node).map((invoke, index) =>
      typeof property(invoke, 'src') === 'string'
        ? invoke
        : Object.assign({}, invoke, { src: inlineName(node, index) }),
    );
  }
  if (config.states !== undefined) {
    config.states = Object.fromEntries(childNodes(node).map((child) => [child.key, withNamedInvokes(child)]));
  }
  return config;
}

function inlineName(node: AnyStateNode, index: number): string {
  return `inline:${index}.${node.id}`;
}
