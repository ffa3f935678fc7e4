import { type AnyStateMachine, createActor, initialTransition, transition } from 'xstate';
import type { Json } from '../../orchestrator/core/data/json.ts';
import type { JournalEntry } from '../../orchestrator/core/execution/model/entries.ts';
import type { Execution } from '../../orchestrator/core/execution/model/execution.ts';
import { type MachineLookup, machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { advance } from '../../orchestrator/core/execution/step/advance.ts';
import type { Advance } from '../../orchestrator/core/execution/step/advance.types.ts';
import {
  type MachineInput,
  type PreparedMachine,
  parseMachineState,
  prepareMachine,
  stepMachine,
} from '../../orchestrator/core/machine/index.ts';

/** One run of a machine: what each task answers, by `src`, and what it is sent when no task is open. */
export interface Script {
  readonly name: string;
  readonly machine: AnyStateMachine;
  readonly input: Json;
  readonly answers: Readonly<Record<string, Json>>;
  readonly events?: readonly ({ readonly type: string } & { readonly [field: string]: Json })[];
}

/** A step of a run, as each side meets it: what is stored before it, and what happens. */
export interface TapedStep {
  readonly core: { readonly stored: string; readonly input: MachineInput };
  readonly execution: { readonly before: Execution; readonly entry: JournalEntry };
  readonly xstate: { readonly stored: string; readonly event: { readonly type: string } };
}

export interface Tape {
  readonly prepared: PreparedMachine;
  readonly lookup: MachineLookup;
  readonly steps: readonly TapedStep[];
}

export const startOfTape = Date.parse('2026-01-01T00:00:00Z');
export const limits = { waitForMachineMs: 900_000 };

/** Thrown when the sides do not meet the same run: their times could not be compared. */
export class TapeError extends Error {
  readonly code = 'Tape';
  override readonly name = 'TapeError';
}

/** Plays a run to its end on all sides, and keeps what each of them met. The start is not among the steps. */
export function record(script: Script): Tape {
  const { machine, input, answers } = script;
  const prepared = prepareMachine(machine);
  const lookup = machineLookup([prepared]);
  const events = [...(script.events ?? [])];
  const at = { now: startOfTape, actor: { id: script.name } };

  const started = stepMachine(prepared, undefined, { type: 'start', input }, at);
  if (started.type !== 'taken') throw new TapeError(`${script.name} did not start.`);
  let stored = started.stored;
  let execution = committed(advance(lookup, limits, first(script)));
  let persisted = persist(machine, initialTransition(machine, input)[0]);

  const steps: TapedStep[] = [];
  for (;;) {
    const state = parseMachineState(stored);
    if (state.status !== 'active') break;
    const open = Object.entries(state.children).find(([, child]) => child.status === 'active');
    const happening = open
      ? settled(open[0], open[1].task, answers[open[1].src] ?? null)
      : sent(events.shift() ?? { type: '' }, steps.length);
    steps.push({
      core: { stored, input: happening.input },
      execution: { before: execution, entry: happening.entry },
      xstate: { stored: persisted, event: happening.event },
    });
    const step = stepMachine(prepared, stored, happening.input, at);
    if (step.type !== 'taken') throw new TapeError(`${script.name} ignored step ${steps.length}.`);
    stored = step.stored;
    execution = committed(advance(lookup, limits, next(execution, happening.entry)));
    persisted = persist(machine, transition(machine, restore(machine, persisted), happening.event)[0]);
  }
  const { status, value } = parseMachineState(stored);
  const live = restore(machine, persisted);
  const isSame = status === live.status && JSON.stringify(value) === JSON.stringify(live.value);
  if (!isSame) throw new TapeError(`${script.name} ended as ${JSON.stringify(value)}, in XState otherwise.`);
  return { prepared, lookup, steps };
}

export function next(execution: Execution, entry: JournalEntry) {
  return { executionId: execution.executionId, execution, entries: [entry], now: startOfTape };
}

export function restore(machine: AnyStateMachine, stored: string) {
  return createActor(machine, { snapshot: JSON.parse(stored) }).getSnapshot();
}

export function persist(machine: AnyStateMachine, snapshot: ReturnType<typeof restore>): string {
  return JSON.stringify(machine.getPersistedSnapshot(snapshot));
}

function first({ name, machine, input }: Script) {
  const start = { kind: 'start', reference: 'start', machine: machine.id, input } as const;
  return { executionId: name, execution: undefined, entries: [start], now: startOfTape };
}

function committed(step: Advance): Execution {
  if (step.type !== 'commit') throw new TapeError('A step of the execution committed nothing.');
  return step.execution;
}

function settled(actorId: string, task: number, output: Json) {
  const reference = `task#${task}#1`;
  const result = { status: 'SUCCEEDED', output } as const;
  return {
    input: { type: 'taskSucceeded', task, output } as const,
    entry: { kind: 'result', reference, task, attempt: 1, result } as const,
    event: { type: `xstate.done.actor.${actorId}`, output, actorId },
  };
}

function sent(event: { readonly type: string } & { readonly [field: string]: Json }, number: number) {
  const { type, ...fields } = event;
  return {
    input: { type: 'event', event } as const,
    entry: { kind: 'event', reference: `event#${number}`, type, fields } as const,
    event,
  };
}
