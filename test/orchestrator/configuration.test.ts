import { describe, expect, it } from 'vitest';
import { commonEnvironment, dispatchEnvironment } from '../../infra/functionEnvironment.ts';
import {
  InvalidConfigurationError,
  readConfiguration,
} from '../../orchestrator/configuration/configuration.ts';

describe('the environment of a function', () => {
  it('has chains with small results in the log, and nothing else that is on or off, unless it says so', () => {
    expect(readConfiguration({})).toMatchObject({
      chain: true,
      inlineResults: true,
      nudge: false,
      hasBus: false,
      hasMetrics: false,
      reportsConsumedCapacity: false,
    });
    expect(readConfiguration({ MILLRACE_CHAIN: '', MILLRACE_NUDGE: '' })).toEqual(readConfiguration({}));
  });

  it.each([
    [{}],
    [{ MILLRACE_CHAIN: 'off' }],
    [{ MILLRACE_INLINE_RESULTS: 'off' }],
    [{ MILLRACE_NUDGE: 'on' }],
    [{ MILLRACE_NUDGE: 'asked' }],
    [{ MILLRACE_BUS: 'on', MILLRACE_CONSUMED_CAPACITY: 'report' }],
  ])('%j says what the deployment says that sets it', (variables) => {
    const configuration = readConfiguration(variables);
    const deployed = { ...commonEnvironment(configuration), ...dispatchEnvironment(configuration) };
    expect(deployed).toMatchObject(variables);
    expect(readConfiguration(deployed)).toEqual(configuration);
  });

  it.each([
    [
      'MILLRACE_CHAIN',
      'false',
      "MILLRACE_CHAIN is 'false': set it to 'on' or 'off', or leave it out for 'on'.",
    ],
    [
      'MILLRACE_INLINE_RESULTS',
      'OFF',
      "MILLRACE_INLINE_RESULTS is 'OFF': set it to 'on' or 'off', or leave it out for 'on'.",
    ],
    [
      'MILLRACE_NUDGE',
      'yes',
      "MILLRACE_NUDGE is 'yes': set it to 'on', 'off', or 'asked', or leave it out for 'off'.",
    ],
    ['MILLRACE_BUS', '1', "MILLRACE_BUS is '1': set it to 'on' or 'off', or leave it out for 'off'."],
    [
      'MILLRACE_METRICS',
      'true',
      "MILLRACE_METRICS is 'true': set it to 'on' or 'off', or leave it out for 'off'.",
    ],
    [
      'MILLRACE_CONSUMED_CAPACITY',
      'on',
      "MILLRACE_CONSUMED_CAPACITY is 'on': set it to 'report' or 'off', or leave it out for 'off'.",
    ],
  ])('%s refuses %j, and says what to set', (name, value, message) => {
    expect(() => readConfiguration({ [name]: value })).toThrow(new InvalidConfigurationError(message));
  });
});
