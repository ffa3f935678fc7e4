import { describe, expect, it } from 'vitest';
import { given, testCloud } from '../../testing/index.ts';
import { machineOfList } from '../support/machineOfList.ts';

const machine = machineOfList({ concurrency: 2, tolerateFailures: 1 });
const failed = { error: { name: 'RangeError', message: 'too much' } };

describe('a list that each works on, in the test kit', () => {
  it('ends with the outputs that a test gives, in one entry', () => {
    given(machine, [{ start: { count: 3 } }])
      .when({ worker: 'double', output: [0, failed, 4] })
      .then({ output: { outputs: [0, failed, 4], error: null } });
  });

  it('ends so at any length', () => {
    const outputs = Array.from({ length: 500 }, (_, number) => 2 * number);
    given(machine, [{ start: { count: 500 } }])
      .when({ worker: 'double', output: outputs })
      .then({ output: { outputs, error: null } });
  });

  it('fails where every item fails', () => {
    expect(() =>
      given(machine, [{ start: { count: 3 } }])
        .when({ worker: 'double', error: { name: 'RangeError' } })
        .then({ output: { outputs: null, error: null } }),
    ).toThrow(/ExceedToleratedFailureThreshold/);
  });

  it('needs an output for each item', () => {
    expect(() => given(machine, [{ start: { count: 3 } }]).when({ worker: 'double', output: [1] })).toThrow(
      /a list of 3: give as many outputs/,
    );
  });

  it('runs through a cloud in memory, with what its worker does with an item', async () => {
    const cloud = testCloud([machine], { double: ({ number }) => 2 * number });
    await cloud.start(machine, { executionId: 'list', input: { count: 250 } });
    const { status, output } = await cloud.runToEnd('list', machine);
    const outputs = Array.from({ length: 250 }, (_, number) => 2 * number);
    expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: { outputs, error: null } });
  });
});
