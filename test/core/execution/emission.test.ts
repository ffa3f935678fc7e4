import { describe, expect, it } from 'vitest';
import { createActor, createMachine, emit } from 'xstate';
import type { JournalEntry } from '../../../orchestrator/core/execution/model/entries.ts';
import type { Execution } from '../../../orchestrator/core/execution/model/execution.ts';
import { machineLookup } from '../../../orchestrator/core/execution/model/machines.ts';
import { advance } from '../../../orchestrator/core/execution/step/advance.ts';
import type { AdvanceInput } from '../../../orchestrator/core/execution/step/advance.types.ts';
import { prepareMachine } from '../../../orchestrator/core/machine/index.ts';
import { crier } from '../../support/busMachines.ts';

const hasty = createMachine({
  id: 'hasty',
  entry: emit({ type: 'cried', what: 'already there' }),
  initial: 'done',
  states: { done: { type: 'final' } },
});
const machines = machineLookup([crier, hasty].map((machine) => prepareMachine(machine)));
const none = machineLookup([]);
const start = (machine: string): JournalEntry => ({ kind: 'start', reference: 'start', machine });
const event = (id: string, type: string, what?: string): JournalEntry => ({
  kind: 'event',
  reference: `event#${id}`,
  type,
  fields: what === undefined ? {} : { what },
});
const control = (word: 'stop' | 'redrive'): JournalEntry => ({
  kind: 'control',
  reference: `event#${word}`,
  control: word,
});

function commit(
  execution: Execution | undefined,
  entries: readonly JournalEntry[],
  { lookup = machines, ...input }: Partial<AdvanceInput> & { lookup?: typeof machines } = {},
) {
  const step = advance(
    lookup,
    { waitForMachineMs: 1000 },
    { executionId: 'e', execution, entries, now: 1_700_000_000_000, ...input },
  );
  if (step.type !== 'commit') throw new Error('Nothing was to commit.');
  return step;
}

const cried = (what: string) => ({ event: { type: 'cried', what } });

describe('the events of a commit for the bus', () => {
  it('is, for the first one, that the execution runs, and what its machine emitted at its start', () => {
    expect(commit(undefined, [start('crier')]).emitted).toEqual([
      { status: 'RUNNING' },
      cried('good morning'),
    ]);
  });

  it('is in the order in which it happened, over all entries of the commit', () => {
    const entries = [start('crier'), event('1', 'CRY', 'eggs'), event('2', 'CRY', 'milk'), event('3', 'END')];
    expect(commit(undefined, entries).emitted).toEqual([
      { status: 'RUNNING' },
      cried('good morning'),
      cried('eggs'),
      cried('milk'),
      cried('good night'),
      { status: 'SUCCEEDED' },
    ]);
    expect(commit(undefined, [start('hasty')]).emitted).toEqual([
      { status: 'RUNNING' },
      cried('already there'),
      { status: 'SUCCEEDED' },
    ]);
  });

  it('is nothing where the machine emits nothing and the status stays', () => {
    const { execution } = commit(undefined, [start('crier')]);
    expect(commit(execution, [event('1', 'UNHEARD')]).emitted).toEqual([]);
  });

  it('is nothing for what comes after the end', () => {
    const { execution } = commit(undefined, [start('crier'), event('1', 'END')]);
    expect(commit(execution, [event('2', 'CRY', 'too late')]).emitted).toEqual([]);
  });

  it('is, of a step that failed, what XState’s own actor emitted before it threw, and then the failure', () => {
    const heard: unknown[] = [];
    const actor = createActor(crier);
    actor.subscribe({ error: () => {} });
    actor.start();
    actor.on('cried', (emitted) => heard.push({ event: emitted }));
    actor.send({ type: 'STUMBLE' });
    expect(heard).toEqual([cried('oh')]);

    const { execution } = commit(undefined, [start('crier')]);
    const failed = commit(execution, [event('1', 'STUMBLE')]);
    expect(failed.execution).toMatchObject({ status: 'FAILED', error: { name: 'RangeError' } });
    expect(failed.emitted).toEqual([...heard, { status: 'FAILED' }]);
  });

  it('is each change of status by waiting, a redrive and an operator’s stop', () => {
    const began = commit(undefined, [start('crier')], { lookup: none });
    expect(began.emitted).toEqual([{ status: 'RUNNING' }]);
    const later = { wakeId: 'wake', isWholeJournal: true, now: 1_700_000_002_000, lookup: none };
    const pending = commit(began.execution, [start('crier')], later);
    expect(pending.emitted).toEqual([{ status: 'PENDING_REDRIVE' }]);
    const redriven = commit(pending.execution, [control('redrive')]);
    expect(redriven.emitted).toEqual([{ status: 'RUNNING' }]);
    expect(commit(redriven.execution, [control('stop')]).emitted).toEqual([{ status: 'ABORTED' }]);
  });

  it('is not a state of the execution: the next commit starts without', () => {
    const { execution } = commit(undefined, [start('crier')]);
    expect(Object.keys(execution)).not.toContain('emitted');
  });
});
