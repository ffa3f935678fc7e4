import { compareVersions } from '../../orchestrator/core/execution/model/versions.ts';
import { prepareMachines } from '../../orchestrator/core/machine/index.ts';
import { InvalidInputError } from '../errors.ts';
import { loadMachines, machinesDirectoryOf, substitutionsOf } from '../machines/loadMachines.ts';
import type { CommandLine } from './command.ts';

export const graphFormats = ['mermaid', 'svg', 'dot'] as const;

export interface GraphOptions {
  readonly machines?: string;
  readonly machineVersion?: string;
  readonly format: (typeof graphFormats)[number];
}

/**
 * Prints the chart of a machine.
 *
 * @throws InvalidInputError where the folder has no such machine
 */
export async function printGraph({ context }: CommandLine, id: string, options: GraphOptions): Promise<void> {
  const loaded = await loadMachines(
    await machinesDirectoryOf(context, options),
    await substitutionsOf(context, {}),
  );
  const all = prepareMachines(loaded.map(({ definition }) => definition)).toSorted(
    (a, b) => a.id.localeCompare(b.id) || compareVersions(a.version, b.version),
  );
  const named = all
    .filter((machine) => machine.id === id)
    .filter(({ version }) => options.machineVersion === undefined || version === options.machineVersion);
  const machine = named.at(-1);
  if (!machine) {
    const version = options.machineVersion === undefined ? '' : ` in version ${options.machineVersion}`;
    const known = all.map((each) => `${each.id} ${each.version}`).join(', ');
    throw new InvalidInputError(
      `The folder has no machine '${id}'${version}. It has: ${known}. Name another folder with --machines DIR.`,
    );
  }
  const { chartOf } = await import('../../console/chart/chartOf.ts');
  const chart = chartOf(machine.definition, machine.id);
  switch (options.format) {
    case 'dot': {
      const { dotOf } = await import('../../console/chart/dot.ts');
      return context.terminal.print(dotOf(chart).trimEnd());
    }
    case 'svg': {
      const { svgOfChart } = await import('../../console/chart/svgOfChart.ts');
      return context.terminal.print((await svgOfChart(chart)).trimEnd());
    }
    case 'mermaid': {
      const { mermaidOf } = await import('../../console/chart/mermaid.ts');
      return context.terminal.print(mermaidOf(chart).trimEnd());
    }
  }
}
