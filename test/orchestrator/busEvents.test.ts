import { describe, expect, it } from 'vitest';
import { busEvents } from '../../orchestrator/bus/busEvents.ts';
import type { Emission } from '../../orchestrator/core/execution/model/emission.ts';
import type { Execution } from '../../orchestrator/core/execution/model/execution.ts';
import { ended, execution, noon } from '../contract/examples.ts';

const changesOf = (of: Execution, emitted: readonly Emission[]) =>
  busEvents({ execution: of, emitted }).map(({ detail }) => detail);

describe('a change of status', () => {
  it('says of a start when it began, and of an end when it ended and with what', () => {
    const emitted = [{ status: 'RUNNING' }, { status: 'SUCCEEDED' }] as const;
    const of = ended({ output: { outcome: 'shipped' } });
    const common = {
      executionId: 'order-17',
      name: 'order-17',
      machine: 'order',
      machineVersion: '3',
      startDate: noon,
      error: null,
      errorCode: null,
      cause: null,
    };
    expect(changesOf(of, emitted)).toEqual([
      { ...common, id: 'order-17/1/0', status: 'RUNNING', stopDate: null, output: null, outputDetails: null },
      {
        ...common,
        id: 'order-17/1/1',
        status: 'SUCCEEDED',
        stopDate: noon + 5000,
        output: { outcome: 'shipped' },
        outputDetails: { included: true },
      },
    ]);
  });

  it('says of a failure, and of what waits for a redrive, what the error is', () => {
    const error = { code: 'TaskFailed', name: 'CardDeclined', message: 'no money' } as const;
    const told = { error: 'CardDeclined', errorCode: 'TaskFailed', cause: 'no money' };
    const failed = ended({ status: 'FAILED', error });
    expect(changesOf(failed, [{ status: 'FAILED' }])).toMatchObject([{ ...told, stopDate: noon + 5000 }]);
    const pending = execution({ status: 'PENDING_REDRIVE', error });
    expect(changesOf(pending, [{ status: 'PENDING_REDRIVE' }])).toMatchObject([{ ...told, stopDate: null }]);
  });

  it('leaves out an output that is too large for an event, and says so', () => {
    const output = 'é'.repeat(150_000);
    expect(changesOf(ended({ output }), [{ status: 'SUCCEEDED' }])).toMatchObject([
      { output: null, outputDetails: { included: false } },
    ]);
    expect(changesOf(ended({ output: output.slice(0, 90_000) }), [{ status: 'SUCCEEDED' }])).toMatchObject([
      { outputDetails: { included: true } },
    ]);
  });

  it('keeps an output of null apart from none', () => {
    expect(changesOf(ended({ output: null }), [{ status: 'SUCCEEDED' }])).toMatchObject([
      { output: null, outputDetails: { included: true } },
    ]);
    expect(changesOf(ended(), [{ status: 'SUCCEEDED' }])).toMatchObject([{ outputDetails: null }]);
  });
});

describe('an emitted event', () => {
  it('is as the machine emitted it, at the time of its commit', () => {
    const event = { type: 'shipped', trackingId: 'NL-17' };
    expect(busEvents({ execution: execution({ version: 4 }), emitted: [{ event }] })).toEqual([
      {
        source: 'millrace',
        'detail-type': 'Millrace Execution Event',
        time: '2026-03-01T12:00:00.000Z',
        detail: { id: 'order-17/4/0', executionId: 'order-17', machine: 'order', machineVersion: '3', event },
      },
    ]);
  });
});
