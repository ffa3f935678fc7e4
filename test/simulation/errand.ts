import { assign, setup } from 'xstate';
import { cancelledErrorName, timeoutErrorName } from '../../orchestrator/core/policy/errorNames.ts';
import { type PerTask, perTaskKey } from '../../orchestrator/core/policy/perTask.ts';
import { worker } from '../../workers/index.ts';
import { InvariantError } from './invariantError.ts';

function isNamed(error: unknown, name: string): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, 'name') === name;
}

/** Starts jobs that go on elsewhere, looks at each until it has ended, and leaves some of them before. */
export const errand = setup({
  types: { context: {} as { job: string; said: readonly string[] }, events: {} as { type: 'SKIP' } },
  actors: {
    convert: Object.assign({}, worker<PerTask, { job: string }>({ worker: 'convert', timeout: '10s' }), {
      [perTaskKey]: true,
    }),
  },
  actions: { note: assign({ said: ({ context }, what: string) => [...context.said, what] }) },
}).createMachine({
  id: 'errand',
  context: { job: '', said: [] },
  initial: 'working',
  states: {
    working: {
      after: { 12000: { target: 'resting', actions: { type: 'note', params: 'late' } } },
      on: { SKIP: { target: 'resting', actions: { type: 'note', params: 'skipped' } } },
      initial: 'starting',
      states: {
        starting: {
          invoke: {
            src: 'convert',
            input: ({ context }) => ({ input: { round: context.said.length }, work: 'starts' }),
            onDone: { target: 'looking', actions: assign({ job: ({ event }) => event.output.job }) },
            onError: [
              {
                guard: ({ event }) => isNamed(event.error, cancelledErrorName),
                target: 'starting',
                reenter: true,
              },
              { target: '#errand.resting', actions: { type: 'note', params: 'not started' } },
            ],
          },
        },
        looking: {
          invoke: {
            src: 'convert',
            input: ({ context }) => ({ input: { job: context.job }, timeout: 2000, work: 'awaits' }),
            onDone: { target: '#errand.resting', actions: { type: 'note', params: 'done' } },
            onError: [
              {
                guard: ({ event }) => isNamed(event.error, timeoutErrorName),
                target: 'looking',
                reenter: true,
              },
              { guard: ({ event }) => isNamed(event.error, cancelledErrorName), target: 'starting' },
              { target: '#errand.resting', actions: { type: 'note', params: 'failed' } },
            ],
          },
        },
      },
    },
    resting: {
      after: {
        50: [{ guard: ({ context }) => context.said.length >= 3, target: 'over' }, { target: 'working' }],
      },
    },
    over: { type: 'final' },
  },
  output: ({ context }) => context.said,
});

/** The jobs that errands have started. */
export class Jobs {
  readonly #going = new Set<string>();
  readonly #cancelled = new Set<string>();

  start(job: string): void {
    if (!this.#cancelled.has(job)) this.#going.add(job);
  }

  end(job: string): void {
    this.#going.delete(job);
  }

  cancel(job: string): void {
    this.#going.delete(job);
    this.#cancelled.add(job);
  }

  /** Takes the outcome of a run of its worker, by which a job was started or has ended. */
  note(input: unknown, outcome: { readonly output?: unknown } | 'failed' | 'goesOn'): void {
    const looked = jobIn(input);
    if (outcome === 'goesOn') return;
    if (looked !== undefined) this.end(looked);
    else if (outcome !== 'failed') {
      const started = jobIn(outcome.output);
      if (started !== undefined) this.start(started);
    }
  }

  /** Without a fault, and with the machines deployed: nothing waits for a job that goes on when nothing more happens. */
  checkNoneIsLeft(): void {
    const [job] = this.#going;
    if (job === undefined) return;
    throw new InvariantError(7, job, 'the job goes on, nothing waits for it, and no one has cancelled it.');
  }

  forget(executionId: string): void {
    for (const jobs of [this.#going, this.#cancelled]) {
      for (const job of jobs) if (job.startsWith(`${executionId}#`)) jobs.delete(job);
    }
  }
}

export function jobIn(value: unknown): string | undefined {
  const job = typeof value === 'object' && value !== null ? Reflect.get(value, 'job') : undefined;
  return typeof job === 'string' ? job : undefined;
}
