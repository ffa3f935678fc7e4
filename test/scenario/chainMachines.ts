import { assign, fromPromise, setup } from 'xstate';
import type { ChainOptions } from '../../orchestrator/chain/chain.ts';
import { attemptTask } from '../../workers/runTask.ts';
import type { ChainHost } from '../support/chainHost.ts';
import type { OrchestratorRig } from '../support/orchestratorRig.ts';

export interface Context {
  readonly passed: readonly number[];
}

export function chainMachine(steps: number, chain?: boolean) {
  const next = (i: number) => (i + 1 < steps ? `s${i + 1}` : 'over');
  const states = Object.fromEntries(
    Array.from({ length: steps }, (_, i) => [
      `s${i}`,
      {
        invoke: {
          src: 'pass' as const,
          input: ({ context }: { context: Context }) => context.passed,
          onDone: { target: next(i), actions: 'note' as const },
        },
      },
    ]),
  );
  return setup({
    types: { context: {} as Context, events: {} as { type: 'TELL' } },
    actors: {
      // It changes what it is given: nothing else may see that.
      pass: fromPromise<number, number[]>(async ({ input }) => input.push(-1)),
    },
    actions: { note: assign({ passed: ({ context }) => [...context.passed, context.passed.length] }) },
  }).createMachine({
    id: 'chain',
    ...(chain !== undefined && { meta: { millrace: { chain } } }),
    context: { passed: [] },
    on: { TELL: {} },
    initial: 's0',
    states: { ...states, over: { type: 'final' } },
    output: ({ context }) => context.passed,
  });
}

export const keys = (rig: OrchestratorRig) => rig.dispatched.map(({ item }) => item);

/** Runs so many tasks; the others are begun and have no end. */
export function onlyFirst(host: ChainHost, count: number): ChainOptions['attempt'] {
  let left = count;
  return async (task) => {
    if (left-- <= 0) return undefined;
    const { rig } = host;
    return attemptTask(task, () => 1, { table: rig.table, now: () => rig.now });
  };
}
