import type { MachineDefinition } from '../../client/index.ts';
import { compareVersions } from '../../orchestrator/core/execution/model/versions.ts';
import { type PreparedMachine, prepareMachines } from '../../orchestrator/core/machine/index.ts';
import type { MachineChart, MachineSummary } from './api.ts';

/** The definitions of machines that are at hand. Called for every request that needs them: it remembers them. */
export type MachineSource = () => Promise<readonly MachineDefinition[]>;

/** Lays out the chart of a machine. */
export type ChartSource = (machine: PreparedMachine) => Promise<MachineChart>;

export interface ChartOutcome {
  readonly chart?: MachineChart;
  readonly chartProblem?: string;
}

/** The machines that the console knows: from definitions at hand, and by name from executions. */
export class Machines {
  readonly #source: MachineSource;
  readonly #charts: ChartSource | undefined;
  readonly #seen = new Set<string>();
  /** As the source gave them, to notice when they change. */
  #loaded: readonly MachineDefinition[] | undefined;
  #definitions: readonly MachineDefinition[] = [];
  #prepared: readonly PreparedMachine[] = [];
  #problem: string | undefined;

  constructor(source: MachineSource, charts: ChartSource | undefined) {
    this.#source = source;
    this.#charts = charts;
  }

  /** Why there are no definitions, or only those from before. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Empty where they cannot be loaded: an execution can be seen without its machine. */
  async definitions(): Promise<readonly MachineDefinition[]> {
    await this.#load();
    return this.#definitions;
  }

  /** A machine that an execution has shown: the list then finds its ended executions too. */
  see(machines: Iterable<string>): void {
    for (const machine of machines) {
      this.#seen.delete(machine);
      this.#seen.add(machine);
    }
  }

  /** The machines to search where none is named: those whose executions were seen last come first. */
  async searched(
    atMost: number,
  ): Promise<{ readonly machines: readonly string[]; readonly others: readonly string[] }> {
    const known = await this.ids();
    const all = [...new Set([...[...this.#seen].reverse(), ...known])];
    return { machines: all.slice(0, atMost), others: all.slice(atMost).sort() };
  }

  async ids(): Promise<readonly string[]> {
    const summaries = await this.summaries();
    return [...new Set([...summaries.map(({ machine }) => machine), ...this.#seen])].sort();
  }

  async summaries(): Promise<readonly MachineSummary[]> {
    await this.#load();
    const versions = new Map<string, string[]>();
    for (const { id, version, listsOf } of this.#prepared) {
      if (listsOf === undefined) versions.set(id, [...(versions.get(id) ?? []), version]);
    }
    return [...versions]
      .map(([machine, each]) => ({ machine, versions: each.sort(compareVersions) }))
      .sort((a, b) => a.machine.localeCompare(b.machine));
  }

  /** The newest version where none is named. */
  async find(machine: string, version?: string): Promise<PreparedMachine | undefined> {
    await this.#load();
    const found = this.#prepared
      .filter((each) => each.id === machine && (version === undefined || each.version === version))
      .sort((a, b) => compareVersions(a.version, b.version));
    return found.at(-1);
  }

  /** The chart of a machine, or why there is none. */
  async chart(machine: string, version?: string): Promise<ChartOutcome> {
    const found = await this.find(machine, version);
    if (!found) {
      const named = version === undefined ? `'${machine}'` : `'${machine}' in version '${version}'`;
      const why = this.#problem === undefined ? '' : ` ${this.#problem}`;
      const chartProblem = `The console has no definition of the machine ${named}.${why} Start it in the project's folder, or with --machines DIRECTORY.`;
      return { chartProblem };
    }
    if (!this.#charts) return {};
    try {
      return { chart: await this.#charts(found) };
    } catch (error) {
      return { chartProblem: `The chart could not be drawn: ${messageOf(error)}` };
    }
  }

  async #load(): Promise<void> {
    try {
      const definitions = await this.#source();
      if (definitions === this.#loaded) return;
      const { sound, problem } = soundOf(definitions);
      this.#prepared = prepareMachines(sound);
      this.#definitions = sound;
      this.#loaded = definitions;
      this.#problem = problem;
    } catch (error) {
      this.#problem = messageOf(error);
    }
  }
}

/** A machine that cannot be run does not hide the others. */
function soundOf(definitions: readonly MachineDefinition[]): {
  readonly sound: readonly MachineDefinition[];
  readonly problem: string | undefined;
} {
  const problems: string[] = [];
  const sound = definitions.filter((definition) => {
    try {
      prepareMachines([definition]);
      return true;
    } catch (error) {
      problems.push(messageOf(error));
      return false;
    }
  });
  return { sound, problem: problems[0] };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
