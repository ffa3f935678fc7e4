import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEventSource } from '../../../local/eventSource/eventSource.ts';
import {
  drawEventSourceFaults,
  type EventSourceFaultDraws,
  type EventSourceFaults,
} from '../../../local/eventSource/faults.ts';
import { FastForwardClock } from './fastForwardClock.ts';
import { describedEventSource, ReceivingFunction } from './receivingFunction.ts';
import { insertion, ScriptedStream } from './scriptedStream.ts';

const executions = Array.from({ length: 20 }, (_, index) => `order-${index}`);
let stream: ScriptedStream;

beforeEach(async () => {
  stream = await ScriptedStream.start();
  stream.shard('shard').records = Array.from({ length: 200 }, (_, index) =>
    insertion(index + 1, executions[index % executions.length], 'beat#1#1'),
  );
});

afterEach(() => stream.stop());

async function deliverWith(
  faults: EventSourceFaultDraws,
  parallelizationFactor = 1,
): Promise<ReceivingFunction> {
  const clock = new FastForwardClock(() => stream.requestsInFlight);
  const orchestrator = new ReceivingFunction();
  const eventSource = startEventSource({
    streamsClient: stream.client,
    streamArn: stream.arn,
    eventSource: { ...describedEventSource, batchSize: 10, parallelizationFactor },
    invoke: orchestrator.invoke,
    faults,
    clock,
  });
  await clock.untilSettled(eventSource.drained());
  expect(eventSource.metrics().faults).toEqual(faults.counts());
  await clock.untilSettled(eventSource.stop());
  return orchestrator;
}

function numbersOf(orchestrator: ReceivingFunction): number[] {
  return orchestrator.deliveries().flat().map(Number);
}

describe('Faults of the event source', () => {
  it('deliver a record once more later', async () => {
    const faults = drawEventSourceFaults({ seed: 1, duplicateRecord: 0.2 });
    const numbers = numbersOf(await deliverWith(faults));
    expect(new Set(numbers).size).toBe(200);
    expect(faults.counts().duplicateRecord).toBeGreaterThan(20);
    expect(numbers).toHaveLength(200 + faults.counts().duplicateRecord);
  });

  it('deliver a batch once more at once', async () => {
    const faults = drawEventSourceFaults({ seed: 1, duplicateBatch: 0.5 });
    const orchestrator = await deliverWith(faults);
    const deliveries = orchestrator.deliveries().map(String);
    const repeated = deliveries.filter((batch, index) => batch === deliveries[index - 1]);
    expect(repeated).toHaveLength(faults.counts().duplicateBatch);
    expect(repeated.length).toBeGreaterThan(3);
    expect(new Set(numbersOf(orchestrator)).size).toBe(200);
  });

  it.each([1, 3])(
    'let records of other items overtake, never those of the same item (%i lanes)',
    async (lanes) => {
      const faults = drawEventSourceFaults({ seed: 5, delay: 0.2 });
      const orchestrator = await deliverWith(faults, lanes);
      const numbers = numbersOf(orchestrator);
      expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
      expect(numbers).not.toEqual(numbers.toSorted((a, b) => a - b));
      for (const executionId of executions) {
        const ofItem = orchestrator
          .records()
          .filter(({ dynamodb }) => dynamodb.Keys.executionId?.S === executionId)
          .map(({ dynamodb }) => Number(dynamodb.SequenceNumber));
        expect(ofItem).toEqual(ofItem.toSorted((a, b) => a - b));
      }
      expect(faults.counts().delay).toBeGreaterThan(10);
    },
  );

  it('do not happen while they are switched off', async () => {
    const faults = drawEventSourceFaults({ seed: 1, duplicateRecord: 1, duplicateBatch: 1, delay: 1 });
    faults.setEnabled(false);
    const numbers = numbersOf(await deliverWith(faults));
    expect(numbers).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    expect(faults.counts()).toEqual({ duplicateRecord: 0, duplicateBatch: 0, delay: 0 });
  });

  it('are the same for the same seed', () => {
    const settings: EventSourceFaults = { seed: 7, duplicateRecord: 0.5, duplicateBatch: 0.5, delay: 0.5 };
    const draw = ({ duplicateRecord, duplicateBatch, delayMs }: EventSourceFaultDraws) =>
      Array.from({ length: 50 }, () => [duplicateRecord(), duplicateBatch(), delayMs()]);
    expect(draw(drawEventSourceFaults(settings))).toEqual(draw(drawEventSourceFaults(settings)));
    expect(draw(drawEventSourceFaults(settings))).not.toEqual(
      draw(drawEventSourceFaults({ ...settings, seed: 8 })),
    );
  });

  it('are refused with a probability that is none', () => {
    expect(() => drawEventSourceFaults({ seed: 1, delay: 1.5 })).toThrow(
      expect.objectContaining({ code: 'InvalidFault' }),
    );
  });
});
