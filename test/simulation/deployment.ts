import type { AnyStateMachine } from 'xstate';
import type { MachineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import {
  type PreparedMachine,
  prepareListMachines,
  prepareMachine,
} from '../../orchestrator/core/machine/index.ts';
import { generatedMachine } from './generated.ts';
import { exampleMachines, incompatible } from './machines.ts';
import type { Operation } from './operations.ts';
import { Reference, referenceMachine } from './reference.ts';
import { otherRelay } from './relay.ts';

/** Machines that are not as they should be. */
export type Changes = ReadonlyMap<string, 'missing' | 'incompatible'>;

export const noChanges: Changes = new Map();

// To prepare a machine takes longer than to run it.
const prepared = new Map<string, PreparedMachine>();
const changed = new WeakMap<PreparedMachine, PreparedMachine>();
const lists = new WeakMap<PreparedMachine, readonly PreparedMachine[]>();
const references = new WeakMap<PreparedMachine, AnyStateMachine>();

/** The machines of a run, as they can be deployed, and XState's own actors for them. */
export class Deployment {
  readonly #definitions = new Map<string, { definition: AnyStateMachine; prepared: PreparedMachine }>();
  readonly #incomparable = new Set<string>();

  constructor(operations: readonly Operation[]) {
    for (const operation of operations) if (operation.type === 'start') this.#add(operation);
  }

  lookup(changes: Changes = noChanges): MachineLookup {
    const find = (name: string): PreparedMachine | undefined => {
      const machine = this.#definitions.get(name)?.prepared ?? exampleOf(name) ?? listMachineOf(name);
      const change = changes.get(name) ?? changes.get(machine?.listsOf ?? '');
      if (!machine || change === undefined) return machine;
      return change === 'missing' ? undefined : changedOf(machine);
    };
    return {
      find,
      versionsOf: (name) => (find(name) ? [find(name)?.version ?? ''] : []),
      ids: () => [...this.#definitions.keys()],
    };
  }

  /** A worker host's bundle of another time: with another definition of the same states. */
  lookupOfOtherHost(): MachineLookup {
    const lookup = this.lookup();
    return {
      ...lookup,
      find: (name, version) => (name === otherRelay.id ? otherRelayPrepared() : lookup.find(name, version)),
    };
  }

  /** XState's actor of a machine; nothing where it goes other ways by its nature. */
  referenceOf(machine: string): Reference | undefined {
    const known = this.#definitions.get(machine);
    if (!known || this.#incomparable.has(machine)) return undefined;
    const isExample = exampleOf(machine) !== undefined;
    const definition =
      references.get(known.prepared) ?? referenceMachine(known.definition, known.prepared, isExample);
    references.set(known.prepared, definition);
    return new Reference(definition, known.prepared);
  }

  /** Children of generated machines are tasks. */
  comparesChildren(machine: string): boolean {
    return machine === 'saga';
  }

  #add({ machine, index }: Extract<Operation, { type: 'start' }>): void {
    if (index === undefined) {
      const example = exampleOf(machine);
      const definition = Object.entries(exampleMachines).find(([id]) => id === machine)?.[1];
      if (!example || !definition) throw new Error(`There is no machine '${machine}'.`);
      this.#definitions.set(machine, { definition, prepared: example });
      const hasChildren = [...example.sources.values()].some(({ kind }) => kind === 'machine');
      // Signs of life, and results from elsewhere, XState does not know.
      const hosts = example.items.size > 0 || prepareListMachines(example).length > 0;
      if ((hasChildren && machine !== 'saga') || example.heldEvents || machine === 'film' || hosts)
        this.#incomparable.add(machine);
    } else {
      const generated = generatedMachine(index);
      this.#definitions.set(machine, generated);
      // Children without ids are called otherwise in XState.
      if (generated.features.has('anonymous spawn')) this.#incomparable.add(machine);
    }
  }
}

export function exampleOf(name: string): PreparedMachine | undefined {
  const definition = Object.entries(exampleMachines).find(([id]) => id === name)?.[1];
  if (!definition) return undefined;
  const known = prepared.get(name) ?? prepareMachine(definition);
  prepared.set(name, known);
  return known;
}

/** Whether executions of an example's own work on parts of its lists. */
export function worksInParts(name: string): boolean {
  const example = exampleOf(name);
  return example !== undefined && prepareListMachines(example).length > 0;
}

/** The machine that works on parts of an example's long list. */
function listMachineOf(name: string): PreparedMachine | undefined {
  const owner = exampleOf(name.split('.')[0] ?? '');
  if (!owner) return undefined;
  const known = lists.get(owner) ?? prepareListMachines(owner);
  lists.set(owner, known);
  return known.find(({ id }) => id === name);
}

let preparedOther: PreparedMachine | undefined;
function otherRelayPrepared(): PreparedMachine {
  preparedOther ??= prepareMachine(otherRelay);
  return preparedOther;
}

function changedOf(machine: PreparedMachine): PreparedMachine {
  const known = changed.get(machine) ?? prepareMachine(incompatible(machine.chart.machine));
  changed.set(machine, known);
  return known;
}
