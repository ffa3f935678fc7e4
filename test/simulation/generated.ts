import type { AnyStateMachine } from 'xstate';
import { type PreparedMachine, prepareMachine } from '../../orchestrator/core/machine/index.ts';
import { seededRandom } from '../../testing/seededRandom.ts';
import { aWorkflow, generateMachine } from '../core/machine/differential/generateMachine.ts';

export interface StartedPromise {
  readonly actorId: string;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface SimulatedMachine {
  readonly definition: AnyStateMachine;
  readonly prepared: PreparedMachine;
  readonly features: ReadonlySet<string>;
}

/** The log of the promises of XState's own actor; the durable machine runs none. */
export const promises: { onStart: (promise: StartedPromise) => void; onStop: (actorId: string) => void } = {
  onStart: () => {},
  onStop: () => {},
};

const cache = new Map<number, SimulatedMachine | undefined>();
const mostCached = 300;

/** The generated machine of an index, among those that XState and Millrace accept. */
export function generatedMachine(index: number): SimulatedMachine {
  for (let next = index; ; next += 100_003) {
    const machine = cache.has(next) ? cache.get(next) : build(next);
    if (cache.size >= mostCached) cache.clear();
    cache.set(next, machine);
    if (machine) return machine;
  }
}

function build(index: number): SimulatedMachine | undefined {
  const random = seededRandom(index);
  const numbers = Array.from({ length: 420 }, () => Math.floor(random() * 1000));
  if (random() < 0.7) numbers[0] = aWorkflow;
  try {
    const { machine, features } = generateMachine(numbers, {
      custom: () => {},
      promise:
        () =>
        ({ self, signal }) =>
          new Promise((resolve, reject) => {
            signal.addEventListener('abort', () => promises.onStop(self.id));
            promises.onStart({ actorId: self.id, resolve, reject });
          }),
    });
    return { definition: machine, prepared: prepareMachine(machine), features };
  } catch {
    return undefined;
  }
}
