import { describe, expect, it } from 'vitest';
import { assign, fromPromise, setup } from 'xstate';
import { chainStep } from '../../../orchestrator/chain/chainStep.ts';
import type { ControlEntry, JournalEntry } from '../../../orchestrator/core/execution/model/entries.ts';
import type { Execution } from '../../../orchestrator/core/execution/model/execution.ts';
import { parseLog } from '../../../orchestrator/core/execution/model/log.ts';
import { machineLookup } from '../../../orchestrator/core/execution/model/machines.ts';
import { Replay } from '../../../orchestrator/core/execution/replay/replay.ts';
import { advance } from '../../../orchestrator/core/execution/step/advance.ts';
import type { AdvanceInput } from '../../../orchestrator/core/execution/step/advance.types.ts';
import { prepareMachine } from '../../../orchestrator/core/machine/index.ts';
import { type PerTask, perTaskKey } from '../../../orchestrator/core/policy/perTask.ts';
import { worker } from '../../../workers/index.ts';

function isNamed(name: string) {
  return ({ event: { error } }: { event: { error: unknown } }) =>
    typeof error === 'object' && error !== null && Reflect.get(error, 'name') === name;
}

/** Starts a job, and looks at it until it has ended or someone leaves the state. */
const errand = setup({
  types: { context: {} as { job: string }, events: {} as { type: 'LEAVE' } },
  actors: {
    convert: Object.assign({}, worker<PerTask, { job: string }>({ timeout: '10s' }), { [perTaskKey]: true }),
  },
}).createMachine({
  id: 'errand',
  context: { job: '' },
  initial: 'starting',
  on: { LEAVE: '.left' },
  states: {
    starting: {
      invoke: {
        src: 'convert',
        input: { input: { file: 'f' }, work: 'starts' },
        onDone: { target: 'looking', actions: assign({ job: ({ event }) => event.output.job }) },
        onError: [
          { guard: isNamed('Millrace.Cancelled'), target: 'starting', reenter: true },
          { target: 'left' },
        ],
      },
    },
    looking: {
      invoke: {
        src: 'convert',
        input: ({ context }) => ({ input: { job: context.job }, timeout: 2000, work: 'awaits' }),
        onDone: 'left',
        onError: [
          { guard: isNamed('States.Timeout'), target: 'looking', reenter: true },
          { guard: isNamed('Millrace.Cancelled'), target: 'starting' },
        ],
      },
    },
    left: {},
  },
});

const deployed = machineLookup([prepareMachine(errand)]);
const begun = 1_700_000_000_000;
const start: JournalEntry = { kind: 'start', reference: 'start', machine: 'errand' };
const leave: JournalEntry = { kind: 'event', reference: 'event#leave', type: 'LEAVE', fields: {} };
const control = (word: ControlEntry['control'], id: string = word): JournalEntry => ({
  kind: 'control',
  reference: `event#${id}`,
  control: word,
});
const result = (task: number, output: { readonly job?: string }): JournalEntry => ({
  kind: 'result',
  reference: `task#${task}#1`,
  task,
  attempt: 1,
  result: { status: 'SUCCEEDED', output },
});
const started = result(0, { job: 'j' });

interface Given extends Partial<AdvanceInput> {
  readonly lookup?: typeof deployed;
}

function commit(
  execution: Execution | undefined,
  entries: readonly JournalEntry[],
  { lookup = deployed, ...input }: Given = {},
) {
  const step = advance(
    lookup,
    { waitForMachineMs: 1000 },
    { executionId: 'e', execution, entries, now: begun, isWholeJournal: true, ...input },
  );
  if (step.type !== 'commit') throw new Error('Nothing was to commit.');
  const cancelled = step.effects.flatMap((effect) => (effect.type === 'cancel' ? [effect.task.input] : []));
  const dispatched = step.effects.flatMap((effect) =>
    effect.type === 'dispatch' ? [effect.task.input] : [],
  );
  return { execution: step.execution, cancelled, dispatched };
}

const starting = () => commit(undefined, [start]).execution;
const looking = () => commit(starting(), [started]).execution;
const file = { file: 'f' };
const job = { job: 'j' };

/** Wakes an execution that was redriven. */
const goingOn = (execution: Execution) => commit(execution, [], { wakeId: 'w' });

/** The replay of the log comes to what is stored. */
function replayed(execution: Execution, journal: readonly JournalEntry[]) {
  const replay = new Replay(deployed, { executionId: 'e', machine: 'errand' });
  for (const entry of parseLog(execution.log)) {
    const item = journal.find(({ reference }) => reference === entry.reference);
    expect(replay.take(entry, item).divergence).toBeUndefined();
  }
  return replay.compareWith(execution);
}

/** A promise in a chain, beside the looks at a job that nothing waits for once it has settled. */
const sideBySide = setup({
  actors: {
    pass: fromPromise(async () => 1),
    convert: Object.assign({}, worker<PerTask, null>(), { [perTaskKey]: true }),
  },
}).createMachine({
  id: 'errand',
  initial: 'both',
  states: {
    both: {
      invoke: [
        { src: 'pass', onDone: 'left' },
        { src: 'convert', input: { input: job, work: 'awaits' } },
      ],
    },
    left: {},
  },
});

describe('work that nothing waits for any more', () => {
  it('is not for a chain to cancel, which leaves the step to the orchestrator', () => {
    const machines = machineLookup([prepareMachine(sideBySide)]);
    const { execution } = commit(undefined, [start], { lookup: machines });
    const entry = { kind: 'result', reference: 'task#0#1', task: 0, attempt: 1 } as const;
    const passed = { ...entry, result: { status: 'SUCCEEDED', output: 1 } } as const;
    const limits = { waitForMachineMs: 1000 };
    const given = { machines, limits, execution, entry: passed, cause: 'chain#0.1.t', now: begun };
    expect(chainStep(given)).toBeUndefined();
    const tasks = execution.tasks.filter(({ task }) => task === 0);
    expect(chainStep({ ...given, execution: { ...execution, tasks } })).toMatchObject({ opened: [] });
    expect(commit(execution, [passed], { lookup: machines }).cancelled).toEqual([job]);
  });

  it.each([
    ['the state is left', leave, 'RUNNING'],
    ['the execution is stopped', control('stop'), 'ABORTED'],
  ])('is cancelled where %s: started work, and awaited work', (_, entry, status) => {
    const left = commit(starting(), [entry]);
    expect(left).toMatchObject({ cancelled: [file], execution: { status } });
    expect(replayed(left.execution, [start, entry])).toBeUndefined();
    const looked = commit(looking(), [entry]);
    expect(looked).toMatchObject({ cancelled: [job], execution: { status } });
    expect(replayed(looked.execution, [start, started, entry])).toBeUndefined();
  });

  it('is cancelled by a stop while the machine is not deployed', () => {
    const lookup = machineLookup([]);
    expect(commit(looking(), [control('stop')], { lookup }).cancelled).toEqual([job]);
  });

  it('is cancelled by the commit that has opened the look', () => {
    expect(commit(starting(), [started, leave])).toMatchObject({ cancelled: [job], dispatched: [] });
    expect(commit(starting(), [started, control('stop')])).toMatchObject({
      cancelled: [job],
      dispatched: [],
    });
  });

  it('is not cancelled where it was not started', () => {
    expect(commit(undefined, [start, leave]).cancelled).toEqual([]);
    expect(commit(undefined, [start, control('stop')]).cancelled).toEqual([]);
  });

  it('is not cancelled by its own result, nor again by what comes after the end', () => {
    expect(commit(starting(), [started]).cancelled).toEqual([]);
    expect(commit(looking(), [result(1, {})]).cancelled).toEqual([]);
    const { execution } = commit(looking(), [control('stop')]);
    expect(commit(execution, [result(1, {})]).cancelled).toEqual([]);
  });

  it('is not cancelled while look follows look, nor by a suspension', () => {
    const suspended = commit(looking(), [control('suspend')]);
    expect(suspended.cancelled).toEqual([]);
    const resumed = commit(suspended.execution, [control('resume')]);
    expect(resumed.cancelled).toEqual([]);
    const next = commit(resumed.execution, [], { wakeId: 'w', now: begun + 3000 });
    expect(next).toMatchObject({ cancelled: [], dispatched: [job], execution: { tasks: [{ task: 2 }] } });
  });

  it('is not cancelled where the inputs of the looks cannot be compared', () => {
    const { tasks, ...rest } = looking();
    const stored = tasks.map(({ input: _, ...task }) => ({ ...task, inputAt: 'data/k' }));
    const next = commit({ ...rest, tasks: stored }, [], { wakeId: 'w', now: begun + 3000 });
    expect(next).toMatchObject({ cancelled: [], dispatched: [job] });
  });

  it('is done again after a redrive', () => {
    const stop = control('stop');
    const redrive = control('redrive');
    const stopped = commit(looking(), [stop]);
    expect(stopped.execution.tasks).toMatchObject([{ task: 1, work: 'cancelled' }]);
    const redriven = commit(stopped.execution, [redrive]);
    expect(redriven).toMatchObject({ cancelled: [], dispatched: [] });
    const again = goingOn(redriven.execution);
    expect(again).toMatchObject({ cancelled: [], dispatched: [file] });
    expect(again.execution.tasks).toMatchObject([{ task: 2, work: 'starts' }]);
    expect(replayed(again.execution, [start, started, stop, redrive])).toBeUndefined();
  });

  it('is cancelled and done again where the stop and the redrive come in one commit', () => {
    const entries = [control('stop'), control('redrive')];
    const both = commit(looking(), entries);
    expect(both).toMatchObject({ cancelled: [job], dispatched: [] });
    const again = goingOn(both.execution);
    expect(again).toMatchObject({ cancelled: [], dispatched: [file] });
    expect(replayed(again.execution, [start, started, ...entries])).toBeUndefined();
  });

  it('is not done again after a redrive that finds its result', () => {
    const stopped = commit(looking(), [control('stop')]);
    const redriven = commit(stopped.execution, [control('redrive')]);
    const again = commit(redriven.execution, [result(1, {})]);
    expect(again).toMatchObject({ cancelled: [], dispatched: [], execution: { state: 'left' } });
  });
});
