import { trace } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { startExecution } from '../../../client/start.ts';
import type { TaskPayload } from '../../../orchestrator/contract/task.ts';
import { openTelemetry } from '../../../orchestrator/observability/openTelemetry.ts';
import { MemoryTable } from '../../../testing/memoryTable/memoryTable.ts';
import { worker } from '../../../workers/index.ts';
import { runTask, type Task } from '../../../workers/runTask.ts';
import { OrchestratorRig } from '../../support/orchestratorRig.ts';
import { recordSpans } from '../../support/recordedSpans.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;

const errand = setup({ actors: { go: worker({ timeout: '10s' }) } }).createMachine({
  id: 'errand',
  version: '7',
  initial: 'going',
  states: { going: { invoke: { src: 'go', onDone: 'back' } }, back: { type: 'final' } },
});

const payload: TaskPayload<null> = {
  table: 'table',
  executionId: 'e',
  item: 'task#0#1',
  task: 0,
  attempt: 1,
  worker: 'go',
  machine: 'errand',
  machineVersion: '7',
  deadline: '2026-11-23T09:30:00.000Z',
  idempotencyKey: 'e#0',
  traceparent,
  input: null,
};

let recording: ReturnType<typeof recordSpans> | undefined;
afterEach(() => {
  recording?.stop();
  recording = undefined;
});

function record() {
  recording = recordSpans();
  return recording.spans;
}

async function dispatchedTo(rig: OrchestratorRig) {
  rig.table.put({
    executionId: { S: 'e' },
    item: { S: 'start' },
    machine: { S: 'errand' },
    traceparent: { S: traceparent },
  });
  await rig.deliver(rig.newInstance({ tracing: openTelemetry }), 'e');
  return rig.dispatched[0]?.traceparent;
}

async function doTask(work: (input: null, task: Task) => unknown): Promise<void> {
  const surroundings = { table: new MemoryTable(), now: () => Date.parse('2026-11-23T09:00:00Z') };
  await runTask(payload, work, { ...surroundings, tracing: openTelemetry });
}

describe('spans', () => {
  it('are a step of the orchestrator, and the invocation of a worker, in the trace of the execution', async () => {
    const spans = record();
    const handedOn = await dispatchedTo(new OrchestratorRig([errand]));
    expect(spans).toMatchObject([
      {
        name: 'millrace step errand',
        traceId,
        parentSpanId: '00f067aa0ba902b7',
        attributes: {
          'millrace.execution.id': 'e',
          'millrace.machine': 'errand',
          'millrace.machine.version': '7',
          'millrace.execution.status': 'RUNNING',
        },
        isEnded: true,
      },
      {
        name: 'millrace dispatch go',
        kind: 'PRODUCER',
        traceId,
        parentSpanId: '00f067aa0ba902b7',
        attributes: { 'millrace.worker': 'go', 'millrace.task': 0, 'millrace.task.attempt': 1 },
        isEnded: true,
      },
    ]);
    expect(handedOn).toBe(`00-${traceId}-${spans[1]?.spanId}-01`);
  });

  it('of a worker are what its own calls belong to, and are handed on', async () => {
    const spans = record();
    let handedOn: string | undefined;
    let active: string | undefined;
    await doTask((_, task) => {
      handedOn = task.traceparent;
      active = trace.getActiveSpan()?.spanContext().spanId;
    });
    const [span] = spans;
    expect(span).toMatchObject({ name: 'millrace task go', kind: 'CONSUMER', traceId, isEnded: true });
    expect(span?.error).toBeUndefined();
    expect(handedOn).toBe(`00-${traceId}-${span?.spanId}-01`);
    expect(active).toBe(span?.spanId);
  });

  it('say what a task failed with', async () => {
    const spans = record();
    await doTask(() => {
      throw Object.assign(new Error('No funds.'), { name: 'CardDeclined' });
    });
    expect(spans).toMatchObject([
      { error: 'CardDeclined: No funds.', attributes: { 'error.type': 'CardDeclined' }, isEnded: true },
    ]);
  });

  it('begin with the span that the client is called in', async () => {
    record();
    const table = new MemoryTable();
    const surroundings = {
      table,
      newId: () => 'e',
      now: () => 0,
      sleep: async () => {},
      retentionDays: 0,
      catchUp: () => Promise.reject(new Error('Nobody asks.')),
    };
    await openTelemetry.span({ name: 'checkout', kind: 'internal', traceparent, attributes: {} }, () =>
      startExecution(surroundings, 'errand', {}),
    );
    expect(await table.journal.readStart('e')).toMatchObject({
      traceparent: `00-${traceId}-${'1'.padStart(16, '0')}-01`,
    });
  });

  it('are none where no SDK is registered, and the trace context is handed on as it came', async () => {
    expect(await dispatchedTo(new OrchestratorRig([errand]))).toBe(traceparent);
    let handedOn: string | undefined;
    await doTask((_, task) => {
      handedOn = task.traceparent;
    });
    expect(handedOn).toBe(traceparent);
  });
});
