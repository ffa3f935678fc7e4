import { MillraceError } from '../../errors/millraceError.ts';
import { type PreparedMachine, prepareListMachines } from '../../machine/index.ts';
import { compareVersions } from './versions.ts';

/** The machines that are deployed, by id and version. */
export interface MachineLookup {
  /** Without a version: the newest. */
  find(machine: string, version: string | undefined): PreparedMachine | undefined;
  /** The deployed versions of a machine, oldest first; empty where none is. */
  versionsOf(machine: string): readonly string[];
  /** Ids of every deployed machine. */
  ids(): readonly string[];
}

/** Makes a machine known to its lookup, if it is not deployed and its definition is in the table. */
export type LoadMachine = (machine: string, version: string | undefined) => Promise<void>;

/** Thrown at registration when two machines have the same id and version. */
export class DuplicateMachineError extends MillraceError {
  override readonly code = 'DuplicateMachine';
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

/** Thrown at registration when of two versions of a machine neither is newer: starts without a version would get either. */
export class AmbiguousVersionError extends MillraceError {
  override readonly code = 'AmbiguousVersion';
  override readonly name = 'AmbiguousVersionError';
  constructor(machine: string, version: string, other: string) {
    super(
      `The machine '${machine}' is registered in the versions '${version}' and '${other}', and neither is newer: ` +
        'give one of them a higher number.',
    );
  }
}

function refuseTies(machine: string, sorted: readonly string[]): void {
  for (const [place, version] of sorted.entries()) {
    const other = sorted[place + 1];
    if (other !== undefined && compareVersions(version, other) === 0) {
      throw new AmbiguousVersionError(machine, version, other);
    }
  }
}

/**
 * These machines, and with them those that work on their long lists.
 *
 * @throws DuplicateMachineError, AmbiguousVersionError
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
  for (const [id, versions] of byId) refuseTies(id, [...versions.keys()].sort(compareVersions));
  const versionsOf = (id: string) => [...(byId.get(id)?.keys() ?? [])].sort(compareVersions);
  return {
    find: (id, version) => byId.get(id)?.get(version ?? versionsOf(id).at(-1) ?? ''),
    versionsOf,
    ids: () => [...new Set(machines.map(({ id }) => id))].sort(),
  };
}
