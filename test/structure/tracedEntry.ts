import { machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { advance } from '../../orchestrator/core/execution/step/advance.ts';
import { prepareMachines } from '../../orchestrator/core/machine/index.ts';
import { sequential } from '../support/machines.ts';

declare global {
  var onEnter: ((file: string) => void) | undefined;
  var onField: ((change: 1 | -1) => void) | undefined;
}

/** Files in the order in which one entry passes through them: the result of a task, with which the next task starts. */
export function filesOfOneEntry(): readonly string[] {
  const machines = machineLookup(prepareMachines([sequential(7)]));
  const limits = { waitForMachineMs: 1000 };
  const start = { kind: 'start', reference: 'start', machine: 'sequential', input: { from: 1 } } as const;
  const first = { executionId: 'e', execution: undefined, entries: [start], now: 1000 };
  const started = advance(machines, limits, first);
  if (started.type !== 'commit') throw new Error('The execution did not start.');
  const result = { status: 'SUCCEEDED', output: 2 } as const;
  const entry = { kind: 'result', reference: 'task#0#1', task: 0, attempt: 1, result } as const;
  const files: string[] = [];
  let fields = 0;
  globalThis.onField = (change) => {
    fields += change;
  };
  globalThis.onEnter = (file) => {
    if (fields === 0) files.push(file);
  };
  const step = advance(machines, limits, {
    ...first,
    execution: started.execution,
    entries: [entry],
    now: 2000,
  });
  globalThis.onField = undefined;
  globalThis.onEnter = undefined;
  if (step.type !== 'commit' || step.execution.tasks[0]?.task !== 1) {
    throw new Error('The next task did not start.');
  }
  return files;
}
