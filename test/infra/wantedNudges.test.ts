import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { createMachine, fromPromise, setup } from 'xstate';
import { unusedNudges } from '../../infra/bundle/unusedNudges.ts';
import { bundleFunctions } from '../../infra/bundle.ts';
import { prepareMachine } from '../../orchestrator/core/machine/index.ts';
import { wantedNudges } from '../../orchestrator/dispatch/wantedNudges.ts';
import { each, worker } from '../../workers/index.ts';
import { project } from './bundleFixture.ts';
import { emptyCode, synthesized } from './cdk/synthesized.ts';

const place = "Machine 'order', meta.millrace.nudge";

it('machines and workers that say nudge: true are found', () => {
  const machine = setup({
    actors: {
      charge: worker({ nudge: true }),
      ship: worker({ nudge: false }),
      pack: worker(),
      label: each(worker({ nudge: true })),
    },
  }).createMachine({ id: 'order', meta: { millrace: { nudge: true } } });
  const quiet = createMachine({ id: 'loan', meta: { millrace: { nudge: false } } });
  const prepared = [machine, machine, quiet].map((each) => prepareMachine(each));
  expect(wantedNudges(prepared)).toEqual([
    place,
    "Machine 'order', worker 'charge'",
    "Machine 'order', worker 'label'",
  ]);
});

it('are warned of in a deployment without nudges alone', () => {
  expect(unusedNudges([place], 'asked', 'do')).toEqual([]);
  expect(unusedNudges([place], true, 'do')).toEqual([]);
  expect(unusedNudges(undefined, false, 'do')).toEqual([]);
  for (const nudge of [undefined, false] as const) {
    expect(unusedNudges([place], nudge, 'turn them on')).toEqual([
      `${place}: nudge has no effect, because this deployment has no nudges. Instead: turn them on.`,
    ]);
  }
});

it('are in what the bundler says of the machines', async () => {
  const { path } = await project({
    'machines/order.ts': `import { createMachine } from 'xstate';
      export const order = createMachine({ id: 'order', meta: { millrace: { nudge: true } } });`,
  });
  const bundled = await bundleFunctions({ machinesDirectory: path('machines'), outDirectory: path('out') });
  expect(bundled.wantedNudges).toEqual([place]);
});

it('are a warning of the synthesized app', () => {
  const warnings = (nudge?: 'asked') => {
    const { stack, template } = synthesized({
      code: { ...emptyCode, wantedNudges: [place] },
      ...(nudge && { nudge }),
    });
    template.toJSON();
    return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('has no nudges')).length;
  };
  expect(warnings()).toBe(1);
  expect(warnings('asked')).toBe(0);
});

it('a chain, or checkpoints, of a machine without promises are a warning', () => {
  const warningsOf = (millrace: object, actors: object) =>
    prepareMachine(
      createMachine({ id: 'm', meta: { millrace }, invoke: { src: 'work' } }, { actors } as never),
    ).warnings.map(({ path }) => path);
  const promise = fromPromise(async () => 1);
  expect(warningsOf({ chain: true }, { work: worker() })).toEqual(['meta.millrace.chain']);
  expect(warningsOf({ checkpoint: { every: '5s' } }, { work: worker() })).toEqual([
    'meta.millrace.checkpoint',
  ]);
  expect(warningsOf({ chain: true }, { work: promise })).toEqual([]);
  expect(warningsOf({ chain: true }, { work: each(promise) })).toEqual([]);
  expect(warningsOf({ chain: false }, { work: worker() })).toEqual([]);
});
