import type { AnyStateMachine } from 'xstate';
import type { JsonObject } from '../data/json.ts';
import { idOf } from './identity.ts';
import { sourcesOf } from './machineSources.ts';
import { type PreparedMachine, prepareMachine, toMachine } from './prepare.ts';
import { type ActorSource, versionOf } from './sources.ts';
import { declaredSystemIds } from './systemIds.ts';

/**
 * Machines with all that they invoke or spawn: what has to be registered for any of them to run.
 *
 * A child machine without an id is named like its `src`. Where two different machines have the name, the child is named
 * `<parent>.<src>` instead, so that each parent starts its own; a machine that is registered by itself keeps its id.
 *
 * @param unnamed names a machine without an id that is registered by itself; without it, such a machine is refused
 * @param isChecked they were found sound before, with all that they start
 * @throws MachineNotDurableError
 */
export function prepareMachines(
  definitions: readonly (AnyStateMachine | JsonObject)[],
  { unnamed, isChecked = false }: { readonly unnamed?: string; readonly isChecked?: boolean } = {},
): readonly PreparedMachine[] {
  const roots = [...new Set(definitions)].map((definition) => {
    const machine = toMachine(definition);
    const name = idOf(machine) === undefined ? unnamed : undefined;
    return prepareMachine(machine, { isChecked, ...(name !== undefined && { name }) });
  });
  const family = new Family(roots, isChecked);
  return knowingSystemIds(family.members());
}

type MachineSource = Extract<ActorSource, { kind: 'machine' }>;

class Family {
  readonly #roots: readonly PreparedMachine[];
  readonly #isChecked: boolean;
  /** Different definitions by the name and version that they would have. */
  readonly #claims = new Map<string, Set<AnyStateMachine>>();
  readonly #members = new Map<string, PreparedMachine>();
  readonly #duplicates: PreparedMachine[] = [];

  constructor(roots: readonly PreparedMachine[], isChecked: boolean) {
    this.#roots = roots;
    this.#isChecked = isChecked;
    for (const root of roots) this.#claim(root.id, root.definition);
    const seen = new Set(roots.map(({ definition }) => definition));
    // A set is iterated with what is added to it meanwhile.
    for (const definition of seen) {
      for (const [src, source] of childrenOf({ sources: sourcesOf(definition) })) {
        this.#claim(ownName(src, source), source.definition);
        seen.add(source.definition);
      }
    }
  }

  members(): readonly PreparedMachine[] {
    for (const root of this.#roots) this.#add(root, new Map());
    return [...this.#members.values(), ...this.#duplicates];
  }

  #claim(name: string, definition: AnyStateMachine): void {
    const key = keyOf(name, definition);
    this.#claims.set(key, (this.#claims.get(key) ?? new Set()).add(definition));
  }

  /** @param ancestors names of the machines that the machine is started by, so that one that starts itself ends */
  #add(machine: PreparedMachine, ancestors: ReadonlyMap<AnyStateMachine, string>): void {
    const key = keyOf(machine.id, machine.definition);
    const known = this.#members.get(key);
    if (known) {
      if (known.definition !== machine.definition) this.#duplicates.push(machine);
      return;
    }
    const line = new Map([...ancestors, [machine.definition, machine.id]]);
    const names = new Map<string, string>();
    for (const [src, source] of childrenOf(machine)) names.set(src, this.#nameOf(machine, src, source, line));
    this.#members.set(key, names.size === 0 ? machine : withChildNames(machine, names));
    for (const [src, { definition }] of childrenOf(machine)) {
      const name = names.get(src);
      if (name !== undefined)
        this.#add(prepareMachine(definition, { name, isChecked: this.#isChecked }), line);
    }
  }

  #nameOf(
    parent: PreparedMachine,
    src: string,
    source: MachineSource,
    line: ReadonlyMap<AnyStateMachine, string>,
  ): string {
    const { definition } = source;
    const name = ownName(src, source);
    const isRoot = this.#roots.some((root) => root.definition === definition && root.id === name);
    const isUnique = this.#claims.get(keyOf(name, definition))?.size === 1;
    return isRoot || isUnique ? name : (line.get(definition) ?? `${parent.id}.${src}`);
  }
}

function childrenOf({
  sources,
}: Pick<PreparedMachine, 'sources'>): readonly (readonly [src: string, source: MachineSource])[] {
  return [...sources].flatMap(([src, source]) => (source.kind === 'machine' ? [[src, source] as const] : []));
}

function ownName(src: string, { definition }: MachineSource): string {
  return idOf(definition) ?? src;
}

function withChildNames(machine: PreparedMachine, names: ReadonlyMap<string, string>): PreparedMachine {
  const sources = new Map(
    [...machine.sources].map(([src, source]): [string, ActorSource] => [
      src,
      source.kind === 'machine' ? { ...source, machine: names.get(src) ?? source.machine } : source,
    ]),
  );
  return { ...machine, sources, sourceOf: (src) => sources.get(src) ?? machine.sourceOf(src) };
}

function keyOf(name: string, definition: AnyStateMachine): string {
  return `${name}#${versionOf(definition)}`;
}

function knowingSystemIds(machines: readonly PreparedMachine[]): readonly PreparedMachine[] {
  // A machine without others has every id itself.
  if (machines.length < 2) return machines;
  const declared = machines.map(({ definition }) => declaredSystemIds(definition));
  const all = new Set(declared.flatMap((ids) => [...ids]));
  if (all.size === 0) return machines;
  return machines.map((machine, index) => {
    const systemIdsElsewhere = new Set([...all].filter((id) => !declared[index]?.has(id)));
    return { ...machine, chart: { ...machine.chart, systemIdsElsewhere } };
  });
}
