import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { BundleError } from '../../infra/bundle/bundleError.ts';
import { refuseMissingWorkers } from '../../infra/bundle/missingWorkers.ts';
import { prepareMachine, prepareMachines } from '../../orchestrator/core/machine/index.ts';
import { neededWorkers } from '../../orchestrator/dispatch/neededWorkers.ts';
import { each, worker } from '../../workers/index.ts';
import { emptyCode, synthesized } from './cdk/synthesized.ts';

function refusal(act: () => unknown): BundleError {
  try {
    act();
  } catch (error) {
    if (error instanceof BundleError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

const of = (...machines: readonly string[]) => ({ machines, isNamedApart: false });

const order = setup({
  actors: {
    charge: worker<{ cents: number }, string>(),
    pack: each(worker<string, string>()),
  },
}).createMachine({
  id: 'order',
  initial: 'charging',
  states: {
    charging: { invoke: { src: 'charge', input: { cents: 1 }, onDone: 'packing' } },
    packing: { invoke: { src: 'pack', input: [], onDone: 'done' } },
    done: { type: 'final' },
  },
});

describe('the workers that machines need', () => {
  it('are those of their actors, of items of lists, and of names that a JSON machine leaves unresolved', () => {
    const json = prepareMachine({
      id: 'invoice',
      initial: 'a',
      states: { a: { invoke: { src: 'charge', onDone: 'b' } }, b: { type: 'final' } },
    });
    const needed = neededWorkers([...prepareMachines([order]), json]);
    expect(needed.charge).toEqual({ machines: ['invoice', 'order'], isNamedApart: false });
    expect(needed.pack).toEqual({ machines: ['order'], isNamedApart: false });
    expect(Object.keys(needed)).toHaveLength(2);
  });
});

describe('a worker that a machine names, and that is not deployed', () => {
  it('is refused with the machine and the nearest name', () => {
    const error = refusal(() => refuseMissingWorkers({ chrage: of('order') }, ['charge', 'ship']));
    expect(error.code).toBe('WorkerNotFound');
    expect(error.message).toMatch(/Machine 'order': there is no worker 'chrage'. Did you mean 'charge'\?/);
  });

  it('is refused with all names where none is near', () => {
    const error = refusal(() => refuseMissingWorkers({ refund: of('order', 'bill') }, ['charge', 'ship']));
    expect(error.message).toMatch(/Machines 'order', 'bill': .*The workers are charge, ship\./);
  });

  it('is let pass where it is named apart from its actor, and resembles no other: something else may deploy it', () => {
    const named = (name: string) => () =>
      refuseMissingWorkers({ [name]: { machines: ['order'], isNamedApart: true } }, ['charge', 'ship']);
    expect(named('of-another-stack')).not.toThrow();
    expect(named('chrage')).toThrow(/Did you mean 'charge'/);
  });

  it('is refused with all others at once', () => {
    const error = refusal(() =>
      refuseMissingWorkers({ a: of('order'), b: of('order'), ship: of('order') }, ['ship']),
    );
    expect(error.problems).toHaveLength(2);
  });

  it('is refused by the construct at synthesis, when workers that were added are known', () => {
    const code = { ...emptyCode, neededWorkers: { charge: of('order'), label: of('order') } };
    const error = refusal(() => synthesized({ code }).template);
    expect(error.message).toMatch(/there is no worker 'label'/);
    const added = synthesized({ code }, (millrace) => {
      const [{ codeDirectory } = { codeDirectory: '' }] = emptyCode.workers;
      millrace.addWorker('label', { codePath: codeDirectory, handler: 'label.handler' });
    });
    expect(() => added.template).not.toThrow();
  });
});
