import { type PreparedMachine, prepareListMachines } from '../../machine/index.ts';

/** The machines that are deployed, by id and version. */
export interface MachineLookup {
  /** Without a version: the newest. */
  find(machine: string, version: string | undefined): PreparedMachine | undefined;
  /** The deployed versions of a machine, oldest first; empty where none is. */
  versionsOf(machine: string): readonly string[];
  /** Ids of every deployed machine. */
  ids(): readonly string[];
}

/** Thrown at registration when two machines have the same id and version. */
export class DuplicateMachineError extends Error {
  readonly code = 'DuplicateMachine';
  override readonly name = 'DuplicateMachineError';
  /** @param listsOf the machine for whose lists one of the two was made */
  constructor(machine: string, version: string, listsOf?: string) {
    super(
      listsOf === undefined
        ? `The machine '${machine}' is registered twice in version '${version}': give the newer one another version.`
        : `The id '${machine}' is that of the machine which works on lists of '${listsOf}': give the other another id.`,
    );
  }
}

/**
 * These machines, and with them those that work on their long lists.
 *
 * @throws DuplicateMachineError
 */
export function machineLookup(machines: readonly PreparedMachine[]): MachineLookup {
  const byId = new Map<string, Map<string, PreparedMachine>>();
  for (const machine of [...machines, ...machines.flatMap(prepareListMachines)]) {
    const versions = byId.get(machine.id) ?? new Map<string, PreparedMachine>();
    if (versions.has(machine.version)) {
      throw new DuplicateMachineError(machine.id, machine.version, machine.listsOf);
    }
    byId.set(machine.id, versions.set(machine.version, machine));
  }
  const versionsOf = (id: string) => [...(byId.get(id)?.keys() ?? [])].sort(byVersion);
  return {
    find: (id, version) => byId.get(id)?.get(version ?? versionsOf(id).at(-1) ?? ''),
    versionsOf,
    ids: () => [...new Set(machines.map(({ id }) => id))].sort(),
  };
}

/** Numbers within versions compare as numbers: 2 before 10, 1.9 before 1.10. */
function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
