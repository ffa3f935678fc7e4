import type { AnyStateMachine } from 'xstate';
import type { Json } from '../../../../asl/json.ts';
import { machineOf } from '../../../../asl/machine.ts';

const fn = (name: string) => `arn:aws:lambda:eu-central-1:123456789012:function:${name}`;
const retry = [
  { ErrorEquals: ['States.Timeout', 'Busy'], IntervalSeconds: 2, MaxAttempts: 3, BackoffRate: 2 },
];
const toFailure = [{ ErrorEquals: ['States.ALL'], Next: 'Apologize' }];

const definitions: Readonly<Record<string, Json>> = {
  shipment: {
    StartAt: 'Reserve',
    States: {
      Reserve: {
        Type: 'Task',
        Resource: fn('reserve'),
        Retry: retry,
        Catch: [{ ErrorEquals: ['OutOfStock'], Next: 'Backorder' }, ...toFailure],
        Next: 'Charge',
      },
      Charge: { Type: 'Task', Resource: fn('charge'), Retry: retry, Catch: toFailure, Next: 'Ship' },
      Ship: { Type: 'Task', Resource: fn('ship'), End: true },
      Backorder: { Type: 'Wait', Seconds: 86400, Next: 'Reserve' },
      Apologize: { Type: 'Task', Resource: fn('mail'), Next: 'Failed' },
      Failed: { Type: 'Fail', Error: 'OrderFailed' },
    },
  },
  approval: {
    StartAt: 'Amount?',
    States: {
      'Amount?': {
        Type: 'Choice',
        Choices: [
          { Variable: '$.amount', NumericGreaterThan: 10000, Next: 'Ask the board' },
          {
            And: [
              { Variable: '$.amount', NumericGreaterThan: 1000 },
              { Variable: '$.vip', BooleanEquals: false },
            ],
            Next: 'Ask a manager',
          },
        ],
        Default: 'Approve',
      },
      'Ask the board': {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Parameters: { FunctionName: 'board', Payload: { 'token.$': '$$.Task.Token' } },
        TimeoutSeconds: 604800,
        Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Refuse' }],
        Next: 'Approve',
      },
      'Ask a manager': { Type: 'Task', Resource: fn('askManager'), Next: 'Decided?' },
      'Decided?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.approved', BooleanEquals: true, Next: 'Approve' }],
        Default: 'Refuse',
      },
      Approve: { Type: 'Pass', Result: { approved: true }, Next: 'Done' },
      Refuse: { Type: 'Pass', Result: { approved: false }, Next: 'Done' },
      Done: { Type: 'Succeed' },
    },
  },
  enrichment: {
    StartAt: 'Fetch both',
    States: {
      'Fetch both': {
        Type: 'Parallel',
        Branches: [
          {
            StartAt: 'Customer',
            States: { Customer: { Type: 'Task', Resource: fn('customer'), Retry: retry, End: true } },
          },
          {
            StartAt: 'Orders',
            States: {
              Orders: { Type: 'Task', Resource: fn('orders'), Next: 'Any?' },
              'Any?': {
                Type: 'Choice',
                Choices: [{ Variable: '$.count', NumericEquals: 0, Next: 'None' }],
                Default: 'Sum up',
              },
              None: { Type: 'Pass', End: true },
              'Sum up': { Type: 'Task', Resource: fn('sum'), End: true },
            },
          },
        ],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Without details' }],
        Next: 'Store',
      },
      'Without details': { Type: 'Pass', Next: 'Store' },
      Store: { Type: 'Task', Resource: fn('store'), End: true },
    },
  },
  batch: {
    StartAt: 'List files',
    States: {
      'List files': { Type: 'Task', Resource: fn('list'), Next: 'Each file' },
      'Each file': {
        Type: 'Map',
        ItemsPath: '$.files',
        MaxConcurrency: 10,
        ItemProcessor: {
          StartAt: 'Convert',
          States: {
            Convert: { Type: 'Task', Resource: fn('convert'), Next: 'Publish' },
            Publish: { Type: 'Task', Resource: fn('publish'), End: true },
          },
        },
        Retry: retry,
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Report' }],
        Next: 'Pause',
      },
      Pause: { Type: 'Wait', SecondsPath: '$.pause', Next: 'More?' },
      'More?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.next', IsPresent: true, Next: 'List files' }],
        Default: 'Report',
      },
      Report: { Type: 'Task', Resource: fn('report'), End: true },
    },
  },
  moderation: {
    QueryLanguage: 'JSONata',
    StartAt: 'Scan text',
    States: {
      'Scan text': { Type: 'Task', Resource: fn('scanText'), Next: 'Clean?' },
      'Clean?': {
        Type: 'Choice',
        Choices: [
          { Condition: '{% $states.input.score < 0.2 %}', Next: 'Publish' },
          { Condition: '{% $states.input.score > 0.9 %}', Next: 'Remove' },
        ],
        Default: 'Human review',
      },
      'Human review': {
        Type: 'Task',
        Resource: fn('review'),
        HeartbeatSeconds: 3600,
        Retry: retry,
        Catch: [{ ErrorEquals: ['States.Timeout', 'States.HeartbeatTimeout'], Next: 'Remove' }],
        Next: 'Verdict',
      },
      Verdict: {
        Type: 'Choice',
        Choices: [{ Condition: "{% $states.input.verdict = 'ok' %}", Next: 'Publish' }],
        Default: 'Remove',
      },
      Publish: { Type: 'Task', Resource: fn('publish'), End: true },
      Remove: { Type: 'Task', Resource: fn('remove'), Next: 'Removed' },
      Removed: { Type: 'Fail', Error: 'Removed' },
    },
  },
};

export const aslMachines: Readonly<Record<string, AnyStateMachine>> = Object.fromEntries(
  Object.entries(definitions).map(([id, definition]) => [id, machineOf(definition, { id })]),
);
