import type { AnyStateMachine } from 'xstate';
import { type MachineLookup, machineLookup } from '../core/execution/model/machines.ts';
import { MachineNotDurableError, type PreparedMachine, prepareMachines } from '../core/machine/index.ts';
import type { Registry } from '../table/table.ts';
import { readCurrent, readDefinition, type StoredDefinition } from './storedDefinition.ts';

/** Makes the machine of a definition. */
export type CompileDefinition = (definition: StoredDefinition) => AnyStateMachine;

/** Families of machines that are kept compiled. */
const mostFamilies = 200;

/**
 * The deployed machines, and those whose definitions are in the table. A definition is read when an execution first needs it,
 * and never changes: its version is the hash of its content.
 */
export class StoredMachines implements MachineLookup {
  readonly #deployed: MachineLookup;
  readonly #deployedVersions: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #compiler: () => Promise<CompileDefinition>;
  /** The least recently used first. */
  readonly #families = new Map<string, () => MachineLookup>();
  /** Version by machine, as it was when a start without a version was last read. */
  readonly #current = new Map<string, string>();

  /** @param compiler loaded with the first definition */
  constructor(deployed: MachineLookup, compiler: () => Promise<CompileDefinition>) {
    this.#deployed = deployed;
    this.#compiler = compiler;
    this.#deployedVersions = new Map(deployed.ids().map((id) => [id, new Set(deployed.versionsOf(id))]));
  }

  /** Makes that {@link find} answers the machine, if its definition is in the table. Reads nothing for a deployed one. */
  async load(registry: Pick<Registry, 'read'>, id: string, version: string | undefined): Promise<void> {
    if (this.#isDeployed(id, version)) return;
    for (const owner of ownersOf(id)) {
      const wanted = version ?? (await readCurrent(registry, owner));
      if (wanted === undefined) continue;
      if (version === undefined) this.#current.set(owner, wanted);
      const key = keyOf(owner, wanted);
      const known = this.#families.get(key);
      if (known) {
        this.#families.delete(key);
        this.#families.set(key, known);
        return;
      }
      const stored = await readDefinition(registry, owner, wanted);
      if (!stored) continue;
      this.#families.set(key, familyOf(stored, await this.#compiler()));
      const [oldest] = this.#families.keys();
      if (this.#families.size > mostFamilies && oldest !== undefined) this.#families.delete(oldest);
      return;
    }
  }

  find(id: string, version: string | undefined): PreparedMachine | undefined {
    const deployed = this.#deployed.find(id, version);
    if (deployed) return deployed;
    for (const owner of ownersOf(id)) {
      const wanted = version ?? this.#current.get(owner);
      const family = wanted === undefined ? undefined : this.#families.get(keyOf(owner, wanted));
      if (family) return family().find(id, wanted);
    }
    return undefined;
  }

  /** Whether its definition is in the table: it is not deployed. */
  isStored(id: string, version: string | undefined): boolean {
    return this.#deployed.find(id, version) === undefined;
  }

  versionsOf(id: string): readonly string[] {
    return this.#deployed.versionsOf(id);
  }

  ids(): readonly string[] {
    return this.#deployed.ids();
  }

  #isDeployed(id: string, version: string | undefined): boolean {
    return ownersOf(id).some((owner) => {
      const versions = this.#deployedVersions.get(owner);
      return versions !== undefined && (version === undefined || versions.has(version));
    });
  }
}

/** The id, and those of the machines that may start the machine with it: its beginnings before a dot, longest first. */
function ownersOf(id: string): readonly string[] {
  const owners = [id];
  for (let end = id.lastIndexOf('.'); end > 0; end = id.lastIndexOf('.', end - 1)) {
    owners.push(id.slice(0, end));
  }
  return owners;
}

function keyOf(id: string, version: string): string {
  return `${id} ${version}`;
}

/** Compiles once, when it is first asked for, and fails the same way each time. */
function familyOf(stored: StoredDefinition, compile: CompileDefinition): () => MachineLookup {
  let made: MachineLookup | undefined;
  return () => {
    made ??= machineLookup(prepareMachines([compiled(stored, compile)]));
    return made;
  };
}

/** @throws MachineNotDurableError where the machine cannot be made */
function compiled(stored: StoredDefinition, compile: CompileDefinition): AnyStateMachine {
  try {
    return compile(stored);
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const problem = `its definition does not load (${why})`;
    throw new MachineNotDurableError(stored.machine, [
      {
        path: stored.machine,
        problem,
        instead: 'create the state machine again with a corrected definition',
      },
    ]);
  }
}
