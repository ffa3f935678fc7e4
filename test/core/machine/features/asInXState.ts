import { expect } from 'vitest';
import { type AnyActorLogic, type AnyStateMachine, createActor, fromPromise, SimulatedClock } from 'xstate';
import type { Json, JsonObject } from '../../../../orchestrator/core/data/json.ts';
import type { MachineEffect } from '../../../../orchestrator/core/machine/index.ts';
import { Execution } from '../execution.ts';

/** An event by its type or with its fields, milliseconds that pass, or the end of the task of an actor. */
export type Happening =
  | string
  | number
  | ({ readonly type: string } & JsonObject)
  | { readonly done: string; readonly output?: Json }
  | { readonly failed: string; readonly message: string };

export interface Outcome {
  readonly status: string;
  readonly value: unknown;
  readonly context: unknown;
  readonly output: unknown;
  /** Events that were emitted. */
  readonly emitted: readonly unknown[];
  /** The lines that were logged. */
  readonly logged: readonly unknown[];
  /** Ids of the actors that run. */
  readonly running: readonly string[];
}

/**
 * Does the same to a machine in XState's own actor and to the durable one, which is stored and taken up again before
 * each input, and expects after each that they are in the same state and have asked for the same.
 */
export async function asInXState(
  machine: AnyStateMachine,
  happenings: readonly Happening[] = [],
  input?: Json,
): Promise<Outcome> {
  const original = new Original(machine, input);
  const durable = new Durable(machine, input);
  expect(durable.outcome()).toEqual(original.outcome());
  for (const happening of happenings) {
    await original.meet(happening);
    durable.meet(happening);
    expect(durable.outcome(), `after ${JSON.stringify(happening)}`).toEqual(original.outcome());
  }
  return durable.outcome();
}

class Durable {
  readonly #execution: Execution;
  readonly #tasks = new Map<string, number>();
  readonly #emitted: unknown[] = [];
  readonly #logged: unknown[] = [];

  constructor(machine: AnyStateMachine, input: Json | undefined) {
    this.#execution = new Execution(machine).start(input);
    this.#note(this.#execution.effects);
  }

  meet(happening: Happening): void {
    const execution = this.#execution;
    if (typeof happening === 'number') {
      const now = execution.now + happening;
      while (execution.timer(now).ignored === undefined) this.#note(execution.effects);
      return;
    }
    if (typeof happening === 'string') execution.send(happening);
    else if (isEvent(happening)) execution.send(happening.type, happening);
    else if ('done' in happening) execution.succeed(this.#end(happening.done), happening.output);
    else execution.fail(this.#end(happening.failed), { name: 'Error', message: happening.message });
    if (execution.ignored === undefined) this.#note(execution.effects);
  }

  outcome(): Outcome {
    const { status, value, context, output } = JSON.parse(this.#execution.stored);
    return plain({
      status,
      value,
      context,
      output,
      emitted: this.#emitted,
      logged: this.#logged,
      running: status === 'active' ? [...this.#tasks.keys()] : [],
    });
  }

  #end(actorId: string): number {
    const task = this.#tasks.get(actorId);
    if (task === undefined) throw new Error(`No task of '${actorId}' runs.`);
    this.#tasks.delete(actorId);
    return task;
  }

  #note(effects: readonly MachineEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'startTask') this.#tasks.set(effect.actorId, effect.task);
      else if (effect.type === 'stopTask') this.#tasks.delete(effect.actorId);
      else if (effect.type === 'emit') this.#emitted.push(effect.event);
      else if (effect.type === 'log') this.#logged.push(effect.value);
      else if (effect.type === 'action') effect.run();
    }
  }
}

interface Settle {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

class Original {
  readonly #clock = new SimulatedClock();
  readonly #tasks = new Map<string, Settle>();
  readonly #actor: ReturnType<typeof createActor<AnyStateMachine>>;
  readonly #emitted: unknown[] = [];
  readonly #logged: unknown[] = [];

  constructor(machine: AnyStateMachine, input: Json | undefined) {
    const provided = Object.keys(machine.implementations.actors);
    const actors = Object.fromEntries(provided.map((src) => [src, this.#task()]));
    this.#actor = createActor(machine.provide({ actors }), {
      input,
      clock: this.#clock,
      logger: (...args: unknown[]) => this.#logged.push(args.at(-1)),
    });
    this.#actor.on('*', (event) => this.#emitted.push(event));
    this.#actor.subscribe({ error: () => undefined });
    this.#actor.start();
  }

  async meet(happening: Happening): Promise<void> {
    if (typeof happening === 'number') {
      this.#clock.increment(happening);
      // A timer that is due can make others due.
      for (let round = 0; round < 50; round++) this.#clock.increment(0);
    } else if (typeof happening === 'string') this.#actor.send({ type: happening });
    else if (isEvent(happening)) this.#actor.send(happening);
    else if ('done' in happening) this.#end(happening.done).resolve(happening.output);
    else this.#end(happening.failed).reject(new Error(happening.message));
    await new Promise(setImmediate);
  }

  outcome(): Outcome {
    const { status, value, context, output } = this.#actor.getSnapshot();
    return plain({
      status,
      value,
      context,
      output,
      emitted: this.#emitted,
      logged: this.#logged,
      running: status === 'active' ? [...this.#tasks.keys()] : [],
    });
  }

  #task(): AnyActorLogic {
    return fromPromise(
      ({ self, signal }) =>
        new Promise((resolve, reject) => {
          const settle = { resolve, reject };
          this.#tasks.set(self.id, settle);
          signal.addEventListener('abort', () => {
            if (this.#tasks.get(self.id) === settle) this.#tasks.delete(self.id);
          });
        }),
    );
  }

  #end(actorId: string): Settle {
    const settle = this.#tasks.get(actorId);
    if (!settle) throw new Error(`No task of '${actorId}' runs in XState's actor.`);
    this.#tasks.delete(actorId);
    return settle;
  }
}

function isEvent(happening: object): happening is { readonly type: string } & JsonObject {
  return 'type' in happening;
}

function plain(outcome: Outcome): Outcome {
  return JSON.parse(JSON.stringify({ ...outcome, output: outcome.output ?? null }));
}
