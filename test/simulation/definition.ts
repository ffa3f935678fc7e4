import { machineOf } from '../../asl/machine.ts';

const task = { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:1:function:f' };

/** A definition of Step Functions with states of all types, whose tasks fail now and then. */
export const definition = machineOf(
  {
    StartAt: 'Check',
    TimeoutSeconds: 86_400,
    States: {
      Check: {
        ...task,
        TimeoutSeconds: 20,
        Retry: [
          { ErrorEquals: ['Refused'], MaxAttempts: 1, IntervalSeconds: 1 },
          {
            ErrorEquals: ['States.TaskFailed', 'States.Timeout'],
            MaxAttempts: 2,
            IntervalSeconds: 1,
            JitterStrategy: 'FULL',
          },
        ],
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Rest' }],
        ResultPath: '$.check',
        Next: 'Both',
      },
      Both: {
        Type: 'Parallel',
        Branches: [
          {
            StartAt: 'Left',
            States: {
              Left: { ...task, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }], End: true },
              Caught: { Type: 'Pass', End: true },
            },
          },
          {
            StartAt: 'Pause',
            States: {
              Pause: { Type: 'Wait', Seconds: 2, Next: 'Right' },
              Right: { Type: 'Pass', Parameters: { 'id.$': 'States.UUID()' }, End: true },
            },
          },
        ],
        ResultPath: '$.both',
        Next: 'Each',
      },
      Each: {
        Type: 'Map',
        QueryLanguage: 'JSONata',
        Items: '{% [1..3] %}',
        MaxConcurrency: 2,
        ItemProcessor: {
          StartAt: 'Item',
          States: {
            Item: {
              ...task,
              QueryLanguage: 'JSONata',
              Arguments: { n: '{% $states.input %}', r: '{% $random() %}' },
              Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 3, IntervalSeconds: 1 }],
              End: true,
            },
          },
        },
        Catch: [
          {
            ErrorEquals: ['States.ALL'],
            Output: '{% $merge([$states.input, {"each": $states.errorOutput}]) %}',
            Next: 'Rest',
          },
        ],
        Output: '{% $merge([$states.input, {"each": $states.result}]) %}',
        Next: 'Rest',
      },
      Rest: { Type: 'Wait', Seconds: 3, Next: 'Caught?' },
      'Caught?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.error', IsPresent: true, Next: 'Failed' }],
        Default: 'Last',
      },
      Last: { ...task, TimeoutSeconds: 20, End: true },
      Failed: { Type: 'Fail', Error: 'Checked', CausePath: '$.error.Cause' },
    },
  },
  { id: 'definition', tasks: 'mocked' },
);
