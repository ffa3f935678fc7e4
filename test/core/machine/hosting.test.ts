import { describe, expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import {
  type MachineInput,
  type MachineState,
  nextTimerDueAt,
  type PreparedMachine,
  parseMachineState,
  prepareMachine,
  stepMachine,
} from '../../../orchestrator/core/machine/index.ts';
import { seededRandom } from '../../../testing/seededRandom.ts';
import { each } from '../../../workers/index.ts';
import { seeds } from '../../support/seeds.ts';
import { aWorkflow, generateMachine } from './differential/generateMachine.ts';

const items = 4;

/** A machine and its steps. */
class Side {
  readonly prepared: PreparedMachine;
  readonly #id: string;
  #stored: string | undefined;

  constructor(prepared: PreparedMachine, id: string) {
    this.prepared = prepared;
    this.#id = id;
  }

  take(input: MachineInput, now: number): void {
    const step = stepMachine(this.prepared, this.#stored, input, { now, actor: { id: this.#id } });
    if (step.type === 'ignored')
      throw new Error(`${this.#id} has ignored ${JSON.stringify(input)}: ${step.reason}`);
    if (step.failure) this.failure = step.failure.name;
    this.#stored = step.stored;
  }

  failure: string | undefined;

  get state(): MachineState {
    return parseMachineState(this.#stored ?? '{}');
  }
}

/** The numbers of the tasks that a machine waits for, in their order. */
function tasksOf({ children, orphans = [] }: MachineState): readonly number[] {
  return [...Object.values(children), ...orphans]
    .filter(({ status }) => status === 'active')
    .map(({ task }) => task)
    .sort((a, b) => a - b);
}

/** The parts of a state that do not depend on numbers and addresses. */
function shownOf({ status, value, context, timers, output }: MachineState): unknown {
  const text = JSON.stringify({ status, value, context, timers, output });
  return text.replaceAll(/"\$actor":"[^"]*"/g, '"$actor":""').replaceAll(/,"to":"[^"]*"/g, '');
}

function generated(seed: number) {
  const random = seededRandom(seed);
  const numbers = Array.from({ length: 420 }, () => Math.floor(random() * 1000));
  if (random() < 0.5) numbers[0] = aWorkflow;
  try {
    const { machine } = generateMachine(numbers, {
      custom: () => {},
      promise: () => () => new Promise(() => {}),
    });
    return { machine, prepared: prepareMachine(machine, { name: 'item' }) };
  } catch {
    return undefined;
  }
}

describe('a list of machines', () => {
  it.each(seeds(60))('is as many machines by themselves, whatever the machine (seed %i)', (seed) => {
    const found = generated(seed);
    if (!found) return;
    const { machine, prepared } = found;
    const host = setup({
      types: { context: {} as { output: unknown } },
      actors: { work: each(machine, { tolerateFailures: items }) },
    }).createMachine({
      id: 'host',
      context: { output: null },
      initial: 'working',
      states: {
        working: {
          invoke: {
            src: 'work',
            input: Array.from({ length: items }, (_, n) => ({ n })),
            onDone: { target: 'done', actions: assign({ output: ({ event }) => event.output }) },
          },
        },
        done: { type: 'final' },
      },
    });
    const hosting = new Side(prepareMachine(host), 'host');
    const alone = Array.from({ length: items }, (_, n) => new Side(prepared, `alone-${n}`));
    let now = 0;
    hosting.take({ type: 'start', input: undefined }, now);
    for (const [n, side] of alone.entries()) side.take({ type: 'start', input: { n }, isMessage: true }, now);
    const random = seededRandom(seed + 1);
    for (let step = 0; step < 40; step++) {
      const open = hosting.state.lists?.[0]?.open ?? {};
      for (const [n, side] of alone.entries()) {
        const hosted = open[n];
        const isOpen = side.state.status === 'active' && side.failure === undefined;
        expect(hosted !== undefined, `whether item ${n} is open after ${step} steps`).toBe(isOpen);
        if (hosted) expect(shownOf(hosted)).toBe(shownOf(side.state));
      }
      if (Object.keys(open).length === 0) break;
      const choices = Object.entries(open).flatMap(([n, state]) =>
        tasksOf(state).map((task, place) => ({ n: Number(n), task, place })),
      );
      const due = nextTimerDueAt(hosting.state);
      const chosen = choices[Math.floor(random() * (choices.length + (due === undefined ? 0 : 1)))];
      if (chosen) {
        const side = alone[chosen.n];
        const task = side && tasksOf(side.state)[chosen.place];
        if (!side || task === undefined) throw new Error('The sides have different tasks.');
        const settled = (number: number): MachineInput =>
          chosen.task % 3 === 0
            ? { type: 'taskFailed', task: number, error: { name: 'Error', message: 'no' } }
            : { type: 'taskSucceeded', task: number, output: chosen.task % 7 };
        hosting.take(settled(chosen.task), now);
        side.take(settled(task), now);
      } else if (due !== undefined) {
        now = Math.max(now, due);
        const first = alone.find(
          ({ state, failure }) =>
            failure === undefined && state.status === 'active' && nextTimerDueAt(state) === due,
        );
        hosting.take({ type: 'timer' }, now);
        first?.take({ type: 'timer' }, now);
      } else break;
    }
  });
});
