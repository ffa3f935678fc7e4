import type { Count } from '../../../client/index.ts';
import type { CostView, DoctorView, PendingView } from '../api.ts';
import type { Route } from '../router.ts';
import { describeAll, type Samples } from '../sample.ts';
import type { ConsoleService } from '../service.ts';
import { countsOf } from './executions.ts';

/** RUNNING executions that are read, by their next wake: a task that waits for a person is in the execution alone. */
const runningAtMost = 500;
const parkedAtMost = 200;
const findingsAtMost = 200;

/** The requests of all machines wait so long for their samples. */
const sampleMs = 3000;

export function pendingRoutes(service: ConsoleService, samples: Samples): readonly Route[] {
  return [
    { method: 'GET', pattern: '/pending', answer: () => pending(service) },
    { method: 'GET', pattern: '/doctor', answer: () => doctor(service) },
    { method: 'GET', pattern: '/cost', answer: () => cost(service, samples) },
  ];
}

async function pending(service: ConsoleService): Promise<PendingView> {
  const { client, machines } = service;
  const every = { machines: [], includesOtherMachines: true };
  const running = await client.browse({ ...every, statuses: ['RUNNING'], limit: runningAtMost });
  const parked = await client.browse({
    ...every,
    statuses: ['PENDING_REDRIVE', 'SUSPENDED'],
    limit: parkedAtMost,
  });
  machines.see([...running.items, ...parked.items].map(({ machine }) => machine));
  const descriptions = await describeAll(service, running.items);
  return {
    tasks: descriptions.flatMap(({ executionId, machine, tasks }) =>
      tasks.flatMap(({ worker, token, deadline }) =>
        token === undefined
          ? []
          : [{ executionId, machine, worker, token, ...(deadline !== undefined && { deadline }) }],
      ),
    ),
    machines: descriptions.flatMap(({ executionId, machine, machineVersion, waiting, error }) =>
      waiting
        ? [
            {
              executionId,
              machine,
              ...(machineVersion !== undefined && { version: machineVersion }),
              code: error?.code ?? 'Waiting',
              message: error?.message ?? '',
              since: waiting.since,
              nextAttemptAt: waiting.nextAttemptAt,
            },
          ]
        : [],
    ),
    parked: parked.items,
    looked: descriptions.length,
    isPartial: running.cursor !== undefined || parked.cursor !== undefined,
  };
}

async function doctor({ client, signal }: ConsoleService): Promise<DoctorView> {
  let [executions, readUnits] = [0, 0];
  const findings: DoctorView['findings'][number][] = [];
  const found = client.doctor({
    isDryRun: true,
    signal,
    onProgress: (progress) => {
      executions = progress.executions;
      readUnits = progress.readUnits;
    },
  });
  for await (const { outcome: _, error: __, ...finding } of found) {
    if (findings.length < findingsAtMost) findings.push(finding);
  }
  return { findings, executions, readUnits };
}

async function cost(service: ConsoleService, samples: Samples): Promise<CostView> {
  const machines: CostView['machines'][number][] = [];
  const endsAt = performance.now() + sampleMs;
  for (const machine of await service.machines.ids()) {
    const sample = await samples.numbers(machine, Math.max(0, endsAt - performance.now()));
    machines.push({
      machine,
      // Few are counted by the sample itself.
      ended: sample.listed.isPartial && !sample.isMeasuring ? await endedOf(service, machine) : sample.listed,
      sampled: sample.endedSampled,
      isMeasuring: sample.isMeasuring,
      ...(sample.price && { price: sample.price }),
    });
  }
  return { machines, console: service.consumed() };
}

async function endedOf(service: ConsoleService, machine: string): Promise<Count> {
  const counts = await countsOf(service, { machines: [machine], includesOtherMachines: false });
  const ended = [counts.SUCCEEDED, counts.FAILED, counts.TIMED_OUT, counts.ABORTED];
  return {
    count: ended.reduce((sum, { count }) => sum + count, 0),
    isPartial: ended.some(({ isPartial }) => isPartial),
  };
}
