import { describe, expect, it } from 'vitest';
import { logLineJson, logLineText } from '../../cli/rendering/logLine.ts';

const failed = {
  source: 'millrace-orchestrator',
  text: JSON.stringify({
    level: 'WARN',
    message: 'The execution failed',
    timestamp: '2026-03-01T12:00:00.000Z',
    service: 'millrace',
    millrace: 'entered',
    executionId: 'order-17',
    machine: 'order',
    machineVersion: '1',
    status: 'FAILED',
    error: { name: 'CardStolen', message: 'The card was\nreported stolen.' },
  }),
};

describe('a line of a function’s log', () => {
  it('is one readable line for a structured entry', () => {
    expect(logLineText(failed, '/project')).toBe(
      '[orchestrator] WARN The execution failed: order-17 (order 1): CardStolen: The card was\\nreported stolen. status=FAILED',
    );
    const text = '{"level":"INFO","message":"The machine logs","executionId":"a","value":{"n":1}}';
    expect(logLineText({ source: 'millrace-orchestrator', text }, '/project')).toBe(
      '[orchestrator] The machine logs: a value={"n":1}',
    );
  });

  it('says where the code of the user has thrown', () => {
    const stack =
      'CardStolen: reported\n    at next (/p/node_modules/xstate/dist/a.js:1:2)\n    at check (/p/machines/order.ts:12:5)\n    at x (/p/y.ts:1:1)';
    const entry = { level: 'ERROR', message: 'It threw', executionId: 'a' };
    for (const fields of [
      { error: { name: 'CardStolen', message: 'reported', stack } },
      { error: 'CardStolen: reported', stack },
    ]) {
      expect(
        logLineText(
          { source: 'millrace-orchestrator', text: JSON.stringify({ ...entry, ...fields }) },
          '/project',
        ),
      ).toBe('[orchestrator] ERROR It threw: a: CardStolen: reported at check (/p/machines/order.ts:12:5)');
    }
  });

  it('is as the function wrote it otherwise', () => {
    expect(logLineText({ source: 'millrace-worker-charge', text: 'charging 20\n' }, '/project')).toBe(
      '[charge] charging 20',
    );
    for (const text of ['{"level":', '{"n":1}', '[1]'])
      expect(logLineText({ source: 'bus', text }, '/project')).toBe(`[bus] ${text}`);
  });

  it('is a JSON object on demand, whatever was logged', () => {
    expect(JSON.parse(logLineJson(failed))).toMatchObject({
      source: 'millrace-orchestrator',
      level: 'WARN',
      executionId: 'order-17',
    });
    expect(JSON.parse(logLineJson({ source: 'bus', text: 'hello' }))).toEqual({
      source: 'bus',
      message: 'hello',
    });
  });
});
