import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { parseLog } from '../../orchestrator/core/execution/model/log.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { worker } from '../../workers/index.ts';
import { careful, hoarder } from '../support/brokenMachines.ts';
import { addWorker, sequential } from '../support/machines.ts';
import { hostileEvent, hostileInput, hostileItem } from './hostileItems.ts';
import { runs, sayFigures, Tally } from './runs.ts';

/** Reads the beats of its task every two seconds. */
const beating = setup({
  actors: {
    wait: worker<unknown, unknown>({
      waitForResult: true,
      heartbeat: '2s',
      timeout: '60s',
      retry: { maxAttempts: 2 },
    }),
  },
}).createMachine({
  id: 'beating',
  initial: 'waiting',
  states: {
    waiting: { invoke: { src: 'wait', onDone: 'done', onError: 'done' } },
    done: { type: 'final' },
  },
});

const victims = ['victim-beating', 'victim-hoarder', 'victim-careful', 'victim-none', 'victim-none.0'];
const neighbours = ['neighbour-1', 'neighbour-2'];

const hostile = fc.array(
  fc.record({
    executionId: fc.constantFrom(...victims),
    afterMs: fc.integer({ min: 0, max: 3000 }),
    item: fc.oneof(
      { weight: 4, arbitrary: hostileItem('start', 'event', 'task', 'beat', 'claim', 'message') },
      { weight: 2, arbitrary: hostileItem('task') },
      { weight: 2, arbitrary: hostileItem('beat') },
      { weight: 2, arbitrary: hostileEvent('KEEP') },
      hostileInput('hoarder'),
      hostileInput('careful'),
    ),
  }),
  { minLength: 1, maxLength: 12 },
);

const faults = fc.record({
  seed: fc.nat(),
  duplicate: fc.constantFrom(0, 0.3),
  maximumDelayMs: fc.constantFrom(1, 500),
  loseInvoke: fc.constantFrom(0, 0.05),
  crashAfterCommit: fc.constantFrom(0, 0.1),
});

/** Items that may come before their execution, and items that only come after. */
const journalOf = (executionId: string) =>
  executionId.startsWith('victim-none') ? /^(start$|event#)/ : /^(start$|event#|task#|message#)/;

describe('items that someone made up, among the items of executions that run', () => {
  it('are applied or ignored with the reason, and change nothing for other executions', async () => {
    const tally = new Tally();
    await fc.assert(
      fc.asyncProperty(hostile, faults, async (items, delivery) => {
        const cloud = new SimulatedCloud(
          [hoarder, careful, beating, sequential(3)],
          { ...addWorker, work: () => 'done', wait: () => 'begun' },
          delivery,
        );
        await cloud.start('hoarder', 'victim-hoarder');
        await cloud.start('careful', 'victim-careful');
        await cloud.start('beating', 'victim-beating');
        for (const id of neighbours) await cloud.start('sequential', id, { M: { from: { N: '1' } } });
        for (const { executionId, afterMs, item } of items) {
          await cloud.advance(afterMs);
          const key = `${executionId}\n${item.item?.S}`;
          // As with the documented condition; and what an orchestrator has written is not a journal item.
          if (!cloud.table.items.has(key)) cloud.table.put({ ...item, executionId: { S: executionId } });
          tally.add('items');
        }
        await cloud.advance(20 * 60_000);
        for (const id of neighbours) {
          const { status, output } = await cloud.execution(id);
          expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: { sum: 4 } });
        }
        for (const id of victims) {
          const { execution, segments } = await cloud.table.executions.readHistory(id);
          tally.add(execution ? `executions ${execution.status}` : 'no execution');
          if (!execution) continue;
          // A suspended execution, or one that waits for its machine, takes what came meanwhile when it goes on.
          if (execution.status === 'SUSPENDED' || execution.status === 'PENDING_REDRIVE') continue;
          const logged = new Set(
            [...segments, execution.log].flatMap(parseLog).map(({ reference }) => reference),
          );
          const written = [...cloud.table.items.keys()].filter((key) => key.startsWith(`${id}\n`));
          const unapplied = written
            .map((key) => key.slice(id.length + 1))
            .filter((key) => journalOf(id).test(key) && !logged.has(key));
          expect(unapplied).toEqual([]);
        }
        expect(cloud.reports.filter(({ type }) => type === 'tableFailed')).toEqual([]);
        expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
        tally.add('runs');
      }),
      { numRuns: runs(150) },
    );
    sayFigures('simulated', tally.counts);
  });
});
