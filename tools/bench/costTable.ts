import type { AnyStateMachine } from 'xstate';
import { progress, round } from './commandLine.ts';
import type { EngineName } from './engines.ts';
import { startNamedEngine } from './engines.ts';
import { startInProcessMillrace } from './inProcessMillrace.ts';

/** Capacity units of one execution, on average. */
export interface ExecutionCost {
  readonly machine: string;
  readonly label: string;
  readonly writeUnits: number;
  readonly readUnits: number;
}

/** Measures executions of machines, one machine after the other. */
export async function costsOf(
  machines: readonly { readonly label: string; readonly machine: AnyStateMachine }[],
  work: (input: never) => unknown,
  { engine: name, executions }: { readonly engine: EngineName; readonly executions: number },
): Promise<readonly ExecutionCost[]> {
  const engine = await startNamedEngine(name);
  try {
    const millrace = await startInProcessMillrace(
      engine.endpoint,
      machines.map(({ machine }) => machine),
      work,
    );
    try {
      const costs: ExecutionCost[] = [];
      for (const { label, machine } of machines) {
        const { id } = machine;
        const ids = Array.from({ length: executions }, (_, i) => `${id}-${String(i).padStart(6, '0')}`);
        millrace.usage();
        await millrace.run(id, ids, { from: 0 });
        const { writeUnits, readUnits } = millrace.usage();
        costs.push({
          machine: id,
          label,
          writeUnits: round(writeUnits / executions),
          readUnits: round(readUnits / executions),
        });
        progress(`${executions} executions of ${label}: done`);
      }
      return costs;
    } finally {
      await millrace.stop();
    }
  } finally {
    await engine.stop();
  }
}

export function costsText(costs: readonly ExecutionCost[]): string {
  const width = Math.max(...costs.map(({ label }) => label.length));
  const rows = costs.map(
    ({ label, writeUnits, readUnits }) =>
      `${label.padEnd(width)}  ${writeUnits.toFixed(2).padStart(11)}  ${readUnits.toFixed(2).padStart(10)}`,
  );
  return [`${'an execution'.padEnd(width)}  write units  read units`, ...rows].join('\n');
}
