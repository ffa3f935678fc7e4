import { describe, expect, it } from 'vitest';
import { describeDeployment } from '../../infra/describe.ts';

const code = { orchestrator: '', workerHost: '', ingest: '', workers: [] };
const describeRule = (name: string, rule: unknown) =>
  describeDeployment(code, { rules: JSON.parse(JSON.stringify({ [name]: rule })) }).rules;
const eventPattern = { source: ['shop'] };

describe('a rule', () => {
  it('hands its function what it says, and the whole event', () => {
    const [rule] = describeRule('Placed', { eventPattern, start: { machine: '<order>' } }) ?? [];
    expect(rule).toEqual({
      name: 'millrace-Placed',
      eventBusName: 'default',
      eventPattern,
      targets: [
        {
          functionName: 'millrace-ingest',
          inputTransformer: {
            inputPathsMap: { event: '$' },
            inputTemplate: String.raw`{"rule":"Placed","start":{"machine":"\u003corder\u003e"},"event":<event>}`,
          },
        },
      ],
    });
  });

  it.each<[string, string, unknown, RegExp]>([
    ['whose name no rule may have', 'my rule', { eventPattern, start: { machine: 'm' } }, /name it with/],
    ['without a pattern', 'R', { start: { machine: 'm' } }, /eventPattern/],
    ['that does nothing', 'R', { eventPattern }, /either/],
    ['that does two things', 'R', { eventPattern, start: { machine: 'm' }, send: {} }, /either/],
    ['that starts no machine', 'R', { eventPattern, start: {} }, /id of a machine/],
    ['that sends to nobody', 'R', { eventPattern, send: { type: 'T' } }, /executionId/],
    ['that sends nothing', 'R', { eventPattern, send: { executionId: '$.id' } }, /type of the event/],
  ])('%s is refused', (_, name, rule, problem) => {
    expect(() => describeRule(name, rule)).toThrow(
      expect.objectContaining({ code: 'InvalidRule', message: expect.stringMatching(problem) }),
    );
  });
});

describe('results over the bus', () => {
  it('are those of invocations that machines made, of whatever function', () => {
    const { rules } = describeDeployment(code, { eventBusName: 'shop', resultsOnBus: true });
    expect(rules).toMatchObject([
      {
        eventBusName: 'shop',
        eventPattern: {
          source: ['lambda'],
          detail: { requestPayload: { millrace: { executionId: [{ exists: true }] } } },
        },
        targets: [{ functionName: 'millrace-failed', inputPath: '$.detail' }],
      },
    ]);
  });
});
