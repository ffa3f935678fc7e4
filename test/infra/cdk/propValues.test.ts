import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { synthesized } from './synthesized.ts';

/** As code in JavaScript, or behind a cast, gives it. */
const odd = (value: unknown) => value as never;
const eventPattern = { source: ['shop'] };
const start = { machine: 'm', executionId: '$.id' };

describe('the construct refuses a value that a prop cannot have, and names the prop:', () => {
  it.each<[string, object, RegExp]>([
    ['a folder that is a number', { machines: 5 }, /machines is 5: give a string/],
    ['no folder', { machines: undefined }, /machines is undefined/],
    ['a switch that is a text', { metrics: 'no' }, /metrics is 'no': give one of true and false/],
    ['a switch that is an object', { sfnEndpoint: {} }, /sfnEndpoint is/],
    ['a level in small letters', { logLevel: 'debug' }, /logLevel is 'debug': did you mean 'DEBUG'\?/],
    ['days that logs cannot be kept', { logRetention: 31 }, /logRetention is 31/],
    ['days without a unit', { retention: 90 }, /retention is 90: give a Duration of the CDK/],
    ['no days', { retention: null }, /retention is null/],
    ['half a day', { retention: Duration.hours(12) }, /retention is '0\.5 days': give whole days/],
    ['days beyond every date', { retention: Duration.days(1e7) }, /at most 36500/],
    ['seconds without a unit', { waitForMachine: 15 }, /waitForMachine is 15/],
    ['a part of a second', { waitForMachine: Duration.millis(1500) }, /whole seconds/],
    ['shards as a text', { indexShards: '4' }, /indexShards is "4": give a whole number/],
    [
      'a substitution that is a number',
      { substitutions: { Fn: 5 } },
      /substitutions\['Fn'\] is 5: give a string/,
    ],
    ['a substitution that is an object', { substitutions: { Fn: {} } }, /substitutions\['Fn'\] is an object/],
    ['a prefix with a space', { functionPrefix: 'a b' }, /functionPrefix is 'a b'/],
    [
      'the ARN of a topic',
      { alarmTopic: 'arn:aws:sns:x' },
      /alarmTopic is 'arn:aws:sns:x': give a construct/,
    ],
    ['the name of a bucket', { storeBucket: 'mine' }, /storeBucket is 'mine': give a construct/],
    ['the name of a bus', { bus: { eventBus: 'mine' } }, /bus\.eventBus is 'mine'/],
    ['an endpoint that is not a URL', { bus: { endpoint: 'here' } }, /bus\.endpoint is 'here'/],
    ['a list of rules', { rules: [] }, /rules is a list: give an object/],
    ['a rule that is null', { rules: { r: null } }, /rules\['r'\] is null/],
    [
      'a pattern with a mistyped field',
      { rules: { r: { eventPattern: { sourc: ['shop'] }, start } } },
      /no event has the field 'sourc': did you mean 'source'\?/,
    ],
    [
      'the name of the bus of a rule',
      { rules: { r: { eventPattern, start, eventBus: 'mine' } } },
      /rules\['r'\]\.eventBus is 'mine'/,
    ],
    [
      'a called function that is missing',
      { functions: { bill: {} } },
      /functions\['bill'\]\.function is undefined/,
    ],
    ['the ARN of a secret', { connections: { crm: 'arn:x' } }, /connections\['crm'\] is 'arn:x'/],
    ['seconds of a worker', { workerOptions: { charge: { timeout: 5 } } }, /timeout of worker 'charge' is 5/],
  ])('%s', (_, props, message) => {
    expect(() => synthesized(odd(props))).toThrow(message);
  });
});
