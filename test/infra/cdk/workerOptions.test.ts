import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import type { MillraceProps } from '../../../infra/cdk/index.ts';
import { prepareMachines } from '../../../orchestrator/core/machine/index.ts';
import { neededWorkers } from '../../../orchestrator/dispatch/neededWorkers.ts';
import { worker } from '../../../workers/index.ts';
import { emptyCode, synthesized } from './synthesized.ts';

const { codeDirectory: codePath } = emptyCode.workerHost;

/** Where machine 'order' gives worker 'charge' so long for a task. */
function withTaskOf(seconds: number, options: MillraceProps['workerOptions'] = {}) {
  const charge = { machines: ['order'], isNamedApart: false, taskSeconds: seconds };
  return synthesized({ code: { ...emptyCode, neededWorkers: { charge } }, workerOptions: options });
}

describe('the options of a worker of the folder', () => {
  it('are those of its function, and of no other', () => {
    const { template } = synthesized({
      workerOptions: {
        charge: { memorySize: 1024, timeout: Duration.minutes(2), environment: { TABLE: 'receipts' } },
      },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: Match.stringLikeRegexp('worker-charge$'),
      MemorySize: 1024,
      Timeout: 120,
      Environment: { Variables: Match.objectLike({ TABLE: 'receipts', MILLRACE_TABLE: Match.anyValue() }) },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: Match.stringLikeRegexp('worker-ship$'),
      MemorySize: 256,
      Timeout: 900,
    });
  });

  it('are refused for an unknown worker, with the nearest name', () => {
    expect(() => synthesized({ workerOptions: { chrage: { memorySize: 1024 } } })).toThrow(
      "workerOptions has 'chrage', but the folder has no such worker. Did you mean 'charge'?",
    );
  });

  it.each([
    [{ memorySize: 64 }, "Worker 'charge': memorySize is 64: give a whole number from 128 to 10240."],
    [
      { timeout: Duration.minutes(20) },
      "Worker 'charge': timeout is 1200: give a whole number from 1 to 900.",
    ],
    [
      { timeout: Duration.millis(500) },
      "Worker 'charge': timeout is 0.5: give a whole number from 1 to 900.",
    ],
  ])('are refused where Lambda takes no such function: %o', (options, message) => {
    expect(() => synthesized({ workerOptions: { charge: options } })).toThrow(message);
    expect(() =>
      synthesized({ code: { ...emptyCode, workers: [] } }, (millrace) => {
        millrace.addWorker('charge', { codePath, handler: 'index.handler', ...options });
      }),
    ).toThrow(message);
  });
});

describe("a function's timeout and the time that a machine gives its worker for a task", () => {
  const short = { charge: { timeout: Duration.seconds(30) } };

  it('fit where the function may take as long, and where it has its default', () => {
    expect(() => withTaskOf(30, short).template).not.toThrow();
    expect(() => withTaskOf(900).template).not.toThrow();
  });

  it('are compared for the times that machines set, which a function can take', () => {
    const order = setup({
      actors: {
        charge: worker({ timeout: '5m' }),
        chargeQuickly: worker({ worker: 'charge', timeout: '30s' }),
        byDefault: worker(),
        elsewhere: worker({ timeout: '2h' }),
        ask: worker({ waitForResult: true, timeout: '10m' }),
      },
    }).createMachine({ id: 'order', initial: 'done', states: { done: { type: 'final' } } });
    const needed = neededWorkers(prepareMachines([order]));
    const times = Object.entries(needed).map(([name, { taskSeconds }]) => [name, taskSeconds]);
    expect(Object.fromEntries(times)).toEqual({
      charge: 300,
      byDefault: undefined,
      elsewhere: undefined,
      ask: undefined,
    });
  });

  it('are refused where Lambda would end the function before', () => {
    expect(() => withTaskOf(300, short).template).toThrow(
      "Worker 'charge': Lambda ends its function after 30 s, and machine 'order' gives it up to 300 s for a task. " +
        "Set the function's timeout to 300 s or more",
    );
  });
});

describe('every object of props refuses unknown keys, with the nearest name', () => {
  const unknown = <Props>(props: object): Props => props as Props;

  it.each<[string, Partial<MillraceProps>, string]>([
    ['the construct', unknown({ worker: 'workers' }), "'worker': did you mean 'workers'?"],
    [
      'a worker',
      { workerOptions: { charge: unknown({ memory: 1024, memorySizes: 1 }) } },
      "no option 'memory'",
    ],
    ['bus', { bus: unknown({ endpont: 'https://bus.example' }) }, "'endpont': did you mean 'endpoint'?"],
    ['reserved', { reservedConcurrency: unknown({ orchestrater: 1 }) }, "did you mean 'orchestrator'?"],
  ])('%s', (_, props, message) => {
    expect(() => synthesized(props)).toThrow(message);
  });

  it.each([
    [{ codePath, handler: 'index.handler', memorysize: 1 }, "'memorysize': did you mean 'memorySize'?"],
    [{ codePath, handler: 'index.handler', time_out: 1 }, "'time_out': did you mean 'timeout'?"],
    [{ entry: 'charge.ts', runtime: Runtime.NODEJS_22_X }, "there is no option 'runtime'"],
  ])('addWorker(%o)', (props, message) => {
    expect(() => synthesized({}, (millrace) => millrace.addWorker('bill', unknown(props)))).toThrow(message);
  });
});

describe('reserved concurrency', () => {
  it('is for the functions that it is given to', () => {
    const { template } = synthesized({ reservedConcurrency: { orchestrator: 20 } });
    template.resourcePropertiesCountIs('AWS::Lambda::Function', { ReservedConcurrentExecutions: 20 }, 1);
    template.resourcePropertiesCountIs(
      'AWS::Lambda::Function',
      { ReservedConcurrentExecutions: Match.anyValue() },
      1,
    );
  });

  it('is refused where it would leave a function none', () => {
    expect(() => synthesized({ reservedConcurrency: { wake: 0 } })).toThrow(
      "reservedConcurrency of 'wake' is 0: give a whole number from 1 to 100000.",
    );
  });
});

describe('stack traces', () => {
  it('have the lines of the source on every version of Node.js, whatever other options it has', () => {
    const sourceMaps = '--enable-source-maps';
    const own = '--max-http-header-size=1';
    const added = [
      { name: 'node20', runtime: Runtime.NODEJS_20_X, expected: sourceMaps },
      { name: 'node22', runtime: Runtime.NODEJS_22_X, expected: sourceMaps },
      { name: 'node24', environment: { NODE_OPTIONS: sourceMaps }, expected: sourceMaps },
      { name: 'options', environment: { NODE_OPTIONS: own }, expected: `${own} ${sourceMaps}` },
      { name: 'python', runtime: Runtime.PYTHON_3_13, expected: Match.absent() },
    ];
    const { template } = synthesized({}, (millrace) => {
      for (const { name, expected: _, ...options } of added) {
        millrace.addWorker(name, { codePath, handler: 'bill.handler', ...options });
      }
    });
    for (const { name, expected } of added) {
      template.hasResourceProperties('AWS::Lambda::Function', {
        FunctionName: Match.stringLikeRegexp(`worker-${name}$`),
        Environment: { Variables: { NODE_OPTIONS: expected } },
      });
    }
  });
});
