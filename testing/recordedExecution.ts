import { describeThrown, isError } from '../orchestrator/core/data/describeThrown.ts';
import type { Json, JsonObject } from '../orchestrator/core/data/json.ts';
import { received } from '../orchestrator/core/data/serializable.ts';
import { type TaskError, thrownOfJson } from '../orchestrator/core/data/thrown.ts';
import type { Message, OutgoingItem } from '../orchestrator/core/execution/children/messages.ts';
import { itemResultsOf } from '../orchestrator/core/execution/lists/itemResults.ts';
import type { RunningList } from '../orchestrator/core/execution/lists/runningList.ts';
import { childId, childNumber } from '../orchestrator/core/execution/model/addresses.ts';
import type { Emission } from '../orchestrator/core/execution/model/emission.ts';
import type { JournalEntry } from '../orchestrator/core/execution/model/entries.ts';
import type { Execution } from '../orchestrator/core/execution/model/execution.ts';
import { type LogVerdict, parseLog } from '../orchestrator/core/execution/model/log.ts';
import { type MachineLookup, machineLookup } from '../orchestrator/core/execution/model/machines.ts';
import { type OpenTask, taskKey } from '../orchestrator/core/execution/model/openTask.ts';
import type { TaskResult } from '../orchestrator/core/execution/model/taskResult.ts';
import { advance } from '../orchestrator/core/execution/step/advance.ts';
import type { Advance, AdvanceInput } from '../orchestrator/core/execution/step/advance.types.ts';
import {
  type PreparedMachine,
  parseMachineState,
  prepareMachines,
} from '../orchestrator/core/machine/index.ts';
import type { MachineEvent } from '../orchestrator/core/machine/step.types.ts';
import { durationMs } from '../orchestrator/core/policy/duration.ts';
import { checkEntry } from './checkEntry.ts';
import { type ExecutionEntry, entryText, type WorkerFailure } from './entry.ts';
import { ImpossibleTestError } from './errors.ts';
import { asLast, exceptionsOf, failuresOf, listResults } from './listResults.ts';
import type { MachineDefinition } from './machineTypes.ts';

type Commit = Extract<Advance, { type: 'commit' }>;
export type Effect = Commit['effects'][number];

/** The effect of one entry on the execution. */
export interface EntryOutcome {
  readonly execution: Execution;
  /** In the order in which the orchestrator would execute them. */
  readonly effects: readonly Effect[];
  /** For other executions. */
  readonly outgoing: readonly OutgoingItem[];
  /** For the bus. */
  readonly emitted: readonly Emission[];
  /** The verdict of the entry, or of the last of several wakes. */
  readonly verdict: LogVerdict;
  /** The name that an execution has in the machine; its id, where it is not a child of it. */
  nameOf(executionId: string): string;
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
  /** By number. */
  readonly #childNames = new Map<number, string>();
  /** Messages that each child has sent. */
  readonly #sent = new Map<string, number>();

  /** @throws MachineNotDurableError */
  constructor(definition: MachineDefinition) {
    const [machine, ...children] = prepareMachines([definition], { unnamed: '(machine)' });
    if (!machine) throw new ImpossibleTestError('Give a machine.');
    this.machine = machine;
    this.#machines = machineLookup([machine, ...children]);
  }

  get now(): number {
    return this.#now;
  }

  /** @throws ImpossibleTestError, NotSerializableError, InvalidDurationError */
  take(entry: ExecutionEntry): EntryOutcome {
    checkEntry(entry);
    if ('start' in entry) return this.#start(entry.start);
    if ('child' in entry) return this.#hear(entry);
    if ('event' in entry) return this.#send(entry.event);
    if ('elapsed' in entry) return this.#elapse(durationMs(entry.elapsed));
    if ('worker' in entry) return this.#settle(entry);
    throw new ImpossibleTestError(
      `${entryText(entry)} is not an entry: give start, worker, child, event or elapsed.`,
    );
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
    const list = this.#execution?.lists?.find(
      ({ worker, task }) => worker === entry.worker && (entry.task === undefined || task === entry.task),
    );
    if (list) return this.#settleList(list, entry);
    const task = this.#openTask(entry.worker, entry.task, entryText(entry));
    const result: TaskResult =
      'error' in entry
        ? { status: 'FAILED', error: failureOf(entry.error) }
        : succeeded(stored(entry.output, 'output'));
    const { task: number, attempt } = task;
    return this.#apply({ kind: 'result', reference: taskKey(task), task: number, attempt, result });
  }

  /** Every item of the list that an `each` works on ends: with its output, or all with the same error. */
  #settleList(list: RunningList, entry: Extract<ExecutionEntry, { readonly worker: string }>): EntryOutcome {
    const results = listResults(
      list,
      'error' in entry ? { error: failureOf(entry.error) } : { output: stored(entry.output, 'output') },
      entryText(entry),
    );
    const itemResults = new Map([
      [list.task, itemResultsOf(results, list.isDelegated && exceptionsOf(results))],
    ]);
    if (list.isDelegated) {
      const failed = results.filter(({ result }) => result.status === 'FAILED');
      const sender = childId(executionId, list.task);
      const message = {
        type: 'done',
        output: { failed: failed.length, errors: failuresOf(failed) },
      } as const;
      const reference = `message#${sender}#1`;
      return this.#advance([{ kind: 'message', reference, sender, number: 1, messages: [message] }], {
        itemResults,
      });
    }
    let outcome = this.#outcome(this.#started());
    for (const result of results) {
      if (!this.#execution?.lists?.some(({ task }) => task === list.task)) break;
      outcome = joined(outcome, this.#advance([asLast(result)], { itemResults }));
    }
    return outcome;
  }

  #hear(entry: Extract<ExecutionEntry, { readonly child: string }>): EntryOutcome {
    const { children = [] } = this.#started();
    const nameOf = (task: number) => this.#childNames.get(task);
    const child = children.find(
      ({ task }) => nameOf(task) === entry.child && (entry.task === undefined || task === entry.task),
    );
    if (!child) {
      const running = children.map(({ task }) => `${nameOf(task)} (${task})`).join(', ') || 'none';
      throw new ImpossibleTestError(`${entryText(entry)}: no such child runs. Children: ${running}.`);
    }
    const sender = childId(executionId, child.task);
    const number = (this.#sent.get(sender) ?? 0) + 1;
    this.#sent.set(sender, number);
    const reference = `message#${sender}#${number}`;
    return this.#apply({ kind: 'message', reference, sender, number, messages: [messageOf(entry)] });
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
    let outcome = this.#outcome(this.#started());
    for (let wakes = 0; (outcome.execution.wakeAt ?? Number.POSITIVE_INFINITY) <= end; wakes++) {
      if (wakes === mostWakes) {
        throw new ImpossibleTestError(`More than ${mostWakes} wakes are due within ${ms} ms: elapse less.`);
      }
      this.#now = Math.max(this.#now, outcome.execution.wakeAt ?? this.#now);
      outcome = joined(outcome, this.#advance([], { wakeId: `wake#${this.#now.toString(36)}` }));
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

  #advance(
    entries: readonly JournalEntry[],
    given: Pick<AdvanceInput, 'wakeId' | 'itemResults'> = {},
  ): EntryOutcome {
    const step = advance(
      this.#machines,
      { waitForMachineMs: Number.POSITIVE_INFINITY },
      {
        executionId,
        execution: this.#execution,
        entries,
        now: this.#now,
        ...given,
      },
    );
    if (step.type !== 'commit') return this.#outcome(this.#started());
    this.#execution = JSON.parse(JSON.stringify(step.execution)) as Execution;
    const verdict = parseLog(this.#execution.log).at(-1)?.verdict ?? { type: 'applied' };
    this.#learnNames(this.#execution);
    const { effects, outgoing, emitted } = step;
    return { ...this.#outcome(this.#execution), effects, outgoing, emitted, verdict };
  }

  #outcome(execution: Execution): EntryOutcome {
    const nameOf = (id: string) => this.#childNames.get(childNumber(id, executionId) ?? -1) ?? id;
    return { execution, effects: [], outgoing: [], emitted: [], verdict: { type: 'applied' }, nameOf };
  }

  #learnNames({ snapshot }: Execution): void {
    if (snapshot === undefined) return;
    const { children } = parseMachineState(snapshot);
    for (const { task, src } of Object.values(children)) this.#childNames.set(task, src);
  }
}

/** The effect of two entries after each other on the execution. */
function joined(first: EntryOutcome, second: EntryOutcome): EntryOutcome {
  return {
    ...second,
    effects: [...first.effects, ...second.effects],
    outgoing: [...first.outgoing, ...second.outgoing],
    emitted: [...first.emitted, ...second.emitted],
  };
}

function messageOf(entry: Extract<ExecutionEntry, { readonly child: string }>): Message {
  if ('event' in entry) return { type: 'event', event: stored(entry.event, 'event') as MachineEvent };
  if ('error' in entry) return { type: 'error', error: failureOf(entry.error) };
  const output = stored(entry.output, 'output');
  return { type: 'done', ...(output !== undefined && { output }) };
}

function succeeded(output: Json | undefined): TaskResult {
  return { status: 'SUCCEEDED', ...(output !== undefined && { output }) };
}

function failureOf(error: WorkerFailure | Error): TaskError {
  return isError(error) ? describeThrown(error) : thrownOfJson(stored(error, 'error'));
}

/** As it comes back from an item. */
function stored(value: unknown, path: string): Json | undefined {
  const json = received(value, path);
  return json === undefined ? undefined : (JSON.parse(JSON.stringify(json)) as Json);
}
