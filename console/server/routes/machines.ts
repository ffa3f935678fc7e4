import type { MachineNumbers, MachineView } from '../api.ts';
import { RefusedRequestError } from '../failures.ts';
import type { Route } from '../router.ts';
import { type Samples, statesNow } from '../sample.ts';
import type { ConsoleService } from '../service.ts';
import { sourceJson } from '../sourceJson.ts';
import { countsOf } from './executions.ts';

/** A request waits so long for the whole sample. */
const sampleMs = 3000;

export function machinesRoutes(service: ConsoleService, samples: Samples): readonly Route[] {
  return [
    { method: 'GET', pattern: '/machines', answer: () => service.machines.summaries() },
    {
      method: 'GET',
      pattern: '/machines/:id',
      answer: ({ query }, { id = '' }) => machineView(service, id, query.get('version') ?? undefined),
    },
    {
      method: 'GET',
      pattern: '/machines/:id/numbers',
      answer: (_, { id = '' }) => numbers(service, samples, id),
    },
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

async function numbers(service: ConsoleService, samples: Samples, machine: string): Promise<MachineNumbers> {
  const counts = await countsOf(service, { machines: [machine], includesOtherMachines: false });
  const { listed: _, ...sample } = await samples.numbers(machine, sampleMs);
  return { counts, ...(await statesNow(service, machine)), ...sample };
}
