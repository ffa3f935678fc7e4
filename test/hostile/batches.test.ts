import type { DynamoDBRecord } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamHandler } from '../../orchestrator/handlers/stream.ts';
import type { Attributes } from '../../orchestrator/table/attributes.ts';
import { careful, hoarder } from '../support/brokenMachines.ts';
import { sequential } from '../support/machines.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';
import { hostileEvent, hostileInput, hostileItem } from './hostileItems.ts';
import { runs, sayFigures, Tally } from './runs.ts';

let sequence = 0;

/** As Lambda passes it: JSON, bytes as base64. */
function record(item: Attributes, createdAt: number): DynamoDBRecord {
  const { executionId, item: key } = item;
  const written = {
    eventName: 'INSERT',
    dynamodb: {
      Keys: { executionId, item: key },
      NewImage: { ...item },
      SequenceNumber: String(++sequence),
      ApproximateCreationDateTime: createdAt / 1000,
    },
  };
  return JSON.parse(
    JSON.stringify(written, (_, value: unknown) =>
      typeof value === 'object' &&
      value !== null &&
      'type' in value &&
      value.type === 'Buffer' &&
      'data' in value
        ? Buffer.from(value.data as number[]).toString('base64')
        : value,
    ),
  );
}

const neighbours = ['neighbour-1', 'neighbour-2', 'neighbour-3'];
const hostileBatch = fc.array(
  fc.tuple(
    fc.constantFrom('victim-1', 'victim-2', 'victim-3', 'victim.1', '__proto__', 'x'.repeat(2000)),
    fc.oneof(
      { weight: 5, arbitrary: hostileItem('start', 'event', 'task', 'beat', 'claim', 'message') },
      hostileInput('hoarder'),
      hostileInput('careful'),
      hostileEvent('KEEP'),
    ),
  ),
  { minLength: 1, maxLength: 20 },
);

describe('a batch of the stream with items that someone made up', () => {
  it('is taken as a whole, and the executions beside them go on', async () => {
    const tally = new Tally();
    await fc.assert(
      fc.asyncProperty(hostileBatch, async (hostile) => {
        const rig = new OrchestratorRig([hoarder, careful, sequential(1)]);
        const handler = streamHandler(
          rig.newInstance(),
          (report) => void rig.reports.push(report),
          () => {},
        );
        rig.start('hoarder', 'victim-1');
        rig.start('careful', 'victim-2');
        for (const id of ['victim-1', 'victim-2']) await rig.deliver(rig.newInstance(), id);
        const records = hostile.map(([executionId, item]) => {
          const written = { ...item, executionId: { S: executionId } };
          rig.table.put(written);
          return record(written, rig.now);
        });
        for (const executionId of neighbours) {
          const start = {
            executionId: { S: executionId },
            item: { S: 'start' },
            machine: { S: 'sequential' },
            input: { M: { from: { N: '1' } } },
          };
          rig.table.put(start);
          records.splice(Math.floor(records.length / 2), 0, record(start, rig.now));
        }
        expect(await handler({ Records: records })).toEqual({ batchItemFailures: [] });
        const dispatched = rig.dispatched.map(({ executionId }) => executionId);
        expect(dispatched.filter((id) => neighbours.includes(id)).sort()).toEqual(neighbours);
        expect(rig.reports.filter(({ type }) => type === 'tableFailed')).toEqual([]);
        expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
        tally.add('batches');
        tally.add('items', hostile.length);
      }),
      { numRuns: runs(200) },
    );
    sayFigures('batches', tally.counts);
  });
});
