import fc from 'fast-check';
import { expect, test } from 'vitest';
import { historyEvents, machineOf, readDefinition, tasksOf } from '../../../asl/index.ts';
import type { Json } from '../../../asl/json.ts';
import { compareRun } from '../../../cli/compare/compareRun.ts';
import { identityOf } from '../../../cli/compare/readRuns.ts';
import { differenceText } from '../../../cli/rendering/comparison.ts';
import { NotReachedError, testCloud } from '../../../testing/index.ts';
import { type Draft, graph, inputs, withUniqueNames } from '../../asl/definitions.ts';

test('any execution has a linked history, and goes by it again without a difference', async () => {
  await fc.assert(
    fc.asyncProperty(graph, inputs, fc.infiniteStream(fc.nat(9)), async (drafted, input, draws) => {
      const definition = withUniqueNames(drafted);
      const names = [...tasksOf(readDefinition(definition as Draft))].map((each) => each.path);
      const work = (): Json => {
        const draw = draws.next().value;
        if (draw === 0) throw Object.assign(new Error('drawn'), { name: 'E' });
        return draw < 5 ? { a: draw, list: [draw] } : draw;
      };
      const options = { id: 'm', tasks: 'mocked' } as const;
      const cloud = testCloud(
        [machineOf(definition, options)],
        Object.fromEntries(names.map((name) => [name, work])),
        {
          maxEvents: 2000,
        },
      );
      const { executionId } = await cloud.start('m', { executionId: 'e', input });
      try {
        await cloud.runToEnd(executionId);
      } catch (thrown) {
        if (!(thrown instanceof NotReachedError)) throw thrown;
        return;
      }
      const arn = 'arn:aws:states:us-east-1:000000000000';
      const events = await historyEvents({ executionId, machine: 'm', arn, roleArn: '' }, (observe, id) =>
        cloud.client.historyAll(id, { machines: [machineOf(definition, { ...options, observe })] }),
      );
      expect(events.map(({ id }) => id)).toEqual(events.map((_, place) => place + 1));
      expect(events.filter(({ id, previousEventId }) => previousEventId >= id)).toEqual([]);
      expect(events.at(-1)?.type).toMatch(/^Execution(?:Succeeded|Failed)$/);
      const comparison = await compareRun({
        id: 'e',
        definition: definition as Draft,
        type: 'STANDARD',
        input,
        events,
        wildcards: [],
        identity: identityOf(`${arn}:execution:m:e`, events),
      });
      expect(comparison.differences.map(differenceText)).toEqual([]);
    }),
    { numRuns: 25 },
  );
}, 120_000);
