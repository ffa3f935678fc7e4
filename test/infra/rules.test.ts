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
    [
      'whose name is that of the rule for results',
      'results-of-functions',
      { eventPattern, start: { machine: 'm' } },
      /choose another/,
    ],
    ['without a pattern', 'R', { start: { machine: 'm' } }, /eventPattern/],
    ['that does nothing', 'R', { eventPattern }, /either/],
    ['that does two things', 'R', { eventPattern, start: { machine: 'm' }, send: {} }, /either/],
    ['that starts no machine', 'R', { eventPattern, start: {} }, /id of a machine/],
    ['that sends to no one', 'R', { eventPattern, send: { type: 'T' } }, /executionId/],
    ['that sends nothing', 'R', { eventPattern, send: { executionId: '$.id' } }, /type of the event/],
    ['that is not an object', 'R', null, /it is not an object/],
    ['whose pattern is none', 'R', { eventPattern: null, start: { machine: 'm' } }, /eventPattern/],
    ['whose start is none', 'R', { eventPattern, start: null }, /`start` is not an object/],
    ['whose send is a list', 'R', { eventPattern, send: [] }, /`send` is not an object/],
    ['with a field of no rule', 'R', { eventPattern, eventbus: 'b', start: { machine: 'm' } }, /'eventbus'/],
    [
      'whose start has a misspelt field',
      'R',
      { eventPattern, start: { machine: 'm', executionid: '$.id' } },
      /`start` has 'executionid': did you mean 'executionId'\?/,
    ],
    [
      'whose send has a misspelt field',
      'R',
      { eventPattern, send: { executionId: '$.id', type: 'T', id: '$.id' } },
      /`send` has 'id'/,
    ],
    [
      'whose path is not text',
      'R',
      { eventPattern, start: { machine: 'm', executionId: 7 } },
      /executionId is the path/,
    ],
    [
      'whose event is a value in place of its path',
      'R',
      { eventPattern, send: { executionId: '$.id', type: 'T', event: {} } },
      /event is the path/,
    ],
    ['whose version is a number', 'R', { eventPattern, start: { machine: 'm', version: 1 } }, /version is a/],
    [
      'whose bus is not a name',
      'R',
      { eventPattern, eventBusName: 1, start: { machine: 'm' } },
      /name of a bus/,
    ],
    [
      'that sends what only Millrace may',
      'R',
      { eventPattern, send: { executionId: '$.id', type: 'xstate.init' } },
      /'xstate.init' come from Millrace alone/,
    ],
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
