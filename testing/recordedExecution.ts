import { durationMs } from '../orchestrator/core/duration.ts';
import { type Advance, advance } from '../orchestrator/core/execution/advance.ts';
import type { JournalEntry, TaskResult } from '../orchestrator/core/execution/entries.ts';
import { type Execution, type OpenTask, taskKey } from '../orchestrator/core/execution/execution.ts';
import { type LogVerdict, parseLog } from '../orchestrator/core/execution/log.ts';
import { type MachineLookup, machineLookup } from '../orchestrator/core/execution/machines.ts';
import type { Json, JsonObject } from '../orchestrator/core/json.ts';
import { type PreparedMachine, prepareMachine } from '../orchestrator/core/machine/index.ts';
import { serializable } from '../orchestrator/core/serializable.ts';
import { type ExecutionEntry, entryText } from './entry.ts';
import { ImpossibleTestError } from './errors.ts';
import type { MachineDefinition } from './machineTypes.ts';

type Commit = Extract<Advance, { type: 'commit' }>;
export type Effect = Commit['effects'][number];

/** What one entry made of the execution. */
export interface EntryOutcome {
  readonly execution: Execution;
  /** In the order in which the orchestrator would execute them. */
  readonly effects: readonly Effect[];
  /** Of the entry; of the last of several wakes. */
  readonly verdict: LogVerdict;
}

const executionId = 'execution';
/** So many firings within one stretch of time are taken for a mistake. */
const mostWakes = 10_000;

/** An execution that is taken through its entries by the orchestrator's pure core, each state stored as JSON between. */
export class RecordedExecution {
  readonly machine: PreparedMachine;
  readonly #machines: MachineLookup;
  #now = Date.UTC(2026, 0, 1);
  #events = 0;
  #execution: Execution | undefined;

  /** @throws MachineNotDurableError */
  constructor(definition: MachineDefinition) {
    this.machine = prepareMachine(definition);
    this.#machines = machineLookup([this.machine]);
  }

  get now(): number {
    return this.#now;
  }

  /** @throws ImpossibleTestError, NotSerializableError, InvalidDurationError */
  take(entry: ExecutionEntry): EntryOutcome {
    if ('start' in entry) return this.#start(entry.start);
    if ('event' in entry) return this.#send(entry.event);
    if ('elapsed' in entry) return this.#elapse(durationMs(entry.elapsed));
    if ('worker' in entry) return this.#settle(entry);
    throw new ImpossibleTestError(`${entryText(entry)} is no entry: give start, worker, event or elapsed.`);
  }

  #start(input: unknown): EntryOutcome {
    if (this.#execution) throw new ImpossibleTestError('An execution starts once: give one start entry.');
    const json = stored(input, 'start');
    return this.#apply({
      kind: 'start',
      reference: 'start',
      machine: this.machine.id,
      ...(json !== undefined && { input: json }),
    });
  }

  #send(event: { readonly type: string }): EntryOutcome {
    this.#started();
    const { type, ...rest } = event;
    const fields = stored(rest, 'event') as JsonObject;
    return this.#apply({ kind: 'event', reference: `event#${++this.#events}`, type, fields });
  }

  #settle(entry: Extract<ExecutionEntry, { readonly worker: string }>): EntryOutcome {
    const task = this.#openTask(entry.worker, entry.task, entryText(entry));
    const result: TaskResult =
      'error' in entry
        ? {
            status: 'FAILED',
            error: { message: '', ...(stored(entry.error, 'error') as { readonly name: string }) },
          }
        : succeeded(stored(entry.output, 'output'));
    const { task: number, attempt } = task;
    return this.#apply({ kind: 'result', reference: taskKey(task), task: number, attempt, result });
  }

  #openTask(worker: string, number: number | undefined, entry: string): OpenTask {
    const { tasks } = this.#started();
    const task = tasks.find(
      (open) => open.worker === worker && (number === undefined || open.task === number),
    );
    if (!task) {
      const open = tasks.map((each) => `${each.worker} (task ${each.task})`).join(', ') || 'none';
      throw new ImpossibleTestError(`${entry}: no such task is open. Open tasks: ${open}.`);
    }
    if (task.dispatchAt !== undefined && task.deadline === undefined) {
      const waitMs = task.dispatchAt - this.#now;
      throw new ImpossibleTestError(
        `${entry}: attempt ${task.attempt} begins ${waitMs} ms later, after the retry's backoff. ` +
          `Give { elapsed: ${waitMs} } before it.`,
      );
    }
    return task;
  }

  #elapse(ms: number): EntryOutcome {
    const end = this.#now + ms;
    let outcome: EntryOutcome = { execution: this.#started(), effects: [], verdict: { type: 'applied' } };
    for (let wakes = 0; (outcome.execution.wakeAt ?? Number.POSITIVE_INFINITY) <= end; wakes++) {
      if (wakes === mostWakes) {
        throw new ImpossibleTestError(`More than ${mostWakes} wakes are due within ${ms} ms: elapse less.`);
      }
      this.#now = Math.max(this.#now, outcome.execution.wakeAt ?? this.#now);
      const woken = this.#advance([], `wake#${this.#now.toString(36)}`);
      outcome = { ...woken, effects: [...outcome.effects, ...woken.effects] };
    }
    this.#now = end;
    return outcome;
  }

  #started(): Execution {
    if (this.#execution) return this.#execution;
    throw new ImpossibleTestError('The execution has not started: give { start: <input> } first.');
  }

  #apply(entry: JournalEntry): EntryOutcome {
    return this.#advance([entry]);
  }

  #advance(entries: readonly JournalEntry[], wakeId?: string): EntryOutcome {
    const step = advance(
      this.#machines,
      { waitForMachineMs: Number.POSITIVE_INFINITY },
      {
        executionId,
        execution: this.#execution,
        entries,
        now: this.#now,
        ...(wakeId !== undefined && { wakeId }),
      },
    );
    if (step.type === 'nothing') {
      return { execution: this.#started(), effects: [], verdict: { type: 'applied' } };
    }
    this.#execution = JSON.parse(JSON.stringify(step.execution)) as Execution;
    const verdict = parseLog(this.#execution.log).at(-1)?.verdict ?? { type: 'applied' };
    return { execution: this.#execution, effects: step.effects, verdict };
  }
}

function succeeded(output: Json | undefined): TaskResult {
  return { status: 'SUCCEEDED', ...(output !== undefined && { output }) };
}

/** As it comes back from an item. */
function stored(value: unknown, path: string): Json | undefined {
  const json = serializable(value, path);
  return json === undefined ? undefined : (JSON.parse(JSON.stringify(json)) as Json);
}
