import {
  eagerMachinesOf,
  type LazyMachine,
  lazyMachinesOf,
  MachineNotDurableError,
  machinesOf,
  type PreparedMachine,
  prepareMachines,
} from '../../machine/index.ts';
import { DuplicateMachineError, type MachineLookup, machineLookup } from './machines.ts';
import { compareVersions } from './versions.ts';

/** The machines of a deployment's modules. */
export interface RegisteredMachines {
  readonly lookup: MachineLookup;
  /** Those that are prepared from the start. */
  readonly prepared: readonly PreparedMachine[];
}

/**
 * Registers the machines that modules export. Those of definitions are compiled and prepared when an execution first needs
 * them; their names are known from the start.
 *
 * @param isWhole prepares all of them now, to see that they can be
 * @throws MachineNotDurableError, DuplicateMachineError, AmbiguousVersionError
 */
export function registeredMachines(modules: readonly object[], isWhole: boolean): RegisteredMachines {
  const prepared = prepareMachines(modules.flatMap(isWhole ? machinesOf : eagerMachinesOf));
  const lookup = machineLookup(prepared);
  const lazy = isWhole ? [] : modules.flatMap(lazyMachinesOf);
  return { lookup: lazy.length === 0 ? lookup : new LazyLookup(lookup, lazy), prepared };
}

/** Prepares a machine, with those that it starts, when one of them is first looked for. */
class LazyLookup implements MachineLookup {
  readonly #eager: MachineLookup;
  readonly #lazy = new Map<string, LazyMachine>();
  readonly #families = new Map<LazyMachine, MachineLookup>();

  constructor(eager: MachineLookup, lazy: readonly LazyMachine[]) {
    this.#eager = eager;
    for (const machine of lazy) {
      const { id, version } = machine;
      // Files of definitions have no versions: there is one of an id.
      if (this.#lazy.has(id) || eager.versionsOf(id).includes(version)) {
        throw new DuplicateMachineError(id, version);
      }
      this.#lazy.set(id, machine);
    }
  }

  find(id: string, version: string | undefined): PreparedMachine | undefined {
    const wanted = version ?? this.versionsOf(id).at(-1);
    if (wanted === undefined) return undefined;
    const found = this.#eager.find(id, wanted);
    const lazy = found ? undefined : this.#ownerOf(id);
    return found ?? (lazy?.version === wanted ? this.#family(lazy).find(id, wanted) : undefined);
  }

  versionsOf(id: string): readonly string[] {
    const lazy = this.#lazy.get(id);
    const owner = lazy ?? this.#ownerOf(id);
    if (owner === undefined) return this.#eager.versionsOf(id);
    const own = lazy ? [lazy.version] : this.#family(owner).versionsOf(id);
    return [...this.#eager.versionsOf(id), ...own].sort(compareVersions);
  }

  ids(): readonly string[] {
    return [...new Set([...this.#eager.ids(), ...this.#lazy.keys()])].sort();
  }

  /** The lazy machine with the id, or the one that starts the machine with it. */
  #ownerOf(id: string): LazyMachine | undefined {
    for (let end = id.length; end > 0; end = id.lastIndexOf('.', end - 1)) {
      const owner = this.#lazy.get(id.slice(0, end));
      if (owner) return owner;
    }
    return undefined;
  }

  #family(owner: LazyMachine): MachineLookup {
    const known = this.#families.get(owner);
    if (known) return known;
    // The bundle was made of a definition whose machine was prepared, and so checked, before.
    const family = machineLookup(prepareMachines([made(owner)], { isChecked: true }));
    this.#families.set(owner, family);
    return family;
  }
}

/** @throws MachineNotDurableError where the machine cannot be made */
function made(owner: LazyMachine) {
  try {
    return owner.create();
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new MachineNotDurableError(owner.id, [
      {
        path: owner.id,
        problem: `its definition does not load (${why})`,
        instead: 'correct it and deploy again',
      },
    ]);
  }
}
