import type { MachineNumbers, MachineView } from '../api.ts';
import { RefusedRequestError } from '../failures.ts';
import type { Route } from '../router.ts';
import { numbersOf } from '../sample.ts';
import type { ConsoleService } from '../service.ts';
import { sourceJson } from '../sourceJson.ts';
import { countsOf } from './executions.ts';

/** A sample is read again after this time. */
const numbersKeptMs = 30_000;

export function machinesRoutes(service: ConsoleService): readonly Route[] {
  const kept = new Map<string, { readonly at: number; readonly numbers: Promise<MachineNumbers> }>();
  const numbers = (machine: string) => {
    const known = kept.get(machine);
    if (known && Date.now() - known.at < numbersKeptMs) return known.numbers;
    const fresh = readNumbers(service, machine);
    kept.set(machine, { at: Date.now(), numbers: fresh });
    fresh.catch(() => kept.delete(machine));
    return fresh;
  };
  return [
    { method: 'GET', pattern: '/machines', answer: () => service.machines.summaries() },
    {
      method: 'GET',
      pattern: '/machines/:id',
      answer: ({ query }, { id = '' }) => machineView(service, id, query.get('version') ?? undefined),
    },
    { method: 'GET', pattern: '/machines/:id/numbers', answer: (_, { id = '' }) => numbers(id) },
  ];
}

async function machineView(
  { machines }: ConsoleService,
  machine: string,
  asked: string | undefined,
): Promise<MachineView> {
  const summaries = await machines.summaries();
  const { versions = [] } = summaries.find((each) => each.machine === machine) ?? {};
  const found = await machines.find(machine, asked);
  if (!found && !(await machines.ids()).includes(machine)) {
    const why = machines.problem ?? 'Check the id, or start the console in the folder of its project.';
    throw new RefusedRequestError(
      404,
      'MachineNotFound',
      `The console knows no machine '${machine}'. ${why}`,
    );
  }
  return {
    machine,
    versions,
    version: found?.version ?? asked ?? '',
    ...(await machines.chart(machine, asked)),
    ...(found && { source: sourceJson(found.definition.config) }),
  };
}

async function readNumbers(service: ConsoleService, machine: string): Promise<MachineNumbers> {
  const counts = await countsOf(service, { machines: [machine], includesOtherMachines: false });
  return { counts, ...(await numbersOf(service, machine)) };
}
