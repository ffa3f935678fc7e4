import type { Message } from '../../orchestrator/core/execution/children/messages.ts';
import { failedCount } from '../../orchestrator/core/execution/lists/runningList.ts';
import type { JournalEntry } from '../../orchestrator/core/execution/model/entries.ts';
import { type Execution, hasEnded } from '../../orchestrator/core/execution/model/execution.ts';
import type { MachineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import type { ReplayedEntry } from '../../orchestrator/core/execution/replay/replayed.ts';
import { Draft } from '../../orchestrator/core/execution/step/draft.ts';
import { fireDueTimers } from '../../orchestrator/core/execution/step/due.ts';
import { hostedListsOf, parseMachineState } from '../../orchestrator/core/machine/index.ts';
import type { ListLimits } from '../../orchestrator/core/policy/listLimits.ts';
import { InvariantError } from './invariantError.ts';

type Entry<Kind extends JournalEntry['kind']> = Extract<JournalEntry, { kind: Kind }>;

/** A list as far as its limits go. */
interface Limited extends ListLimits {
  readonly task: number;
  readonly updates: number;
  readonly open: number;
  /** Items that were not begun yet. */
  readonly left: number;
  /** Other executions work on it, or on its parts. */
  readonly isOfOthers: boolean;
}

/**
 * Invariant 1, of updates of lists, which XState's own actor does not have: of those that an execution has taken, the one with
 * the highest number counts, and as many items are worked on as it says.
 */
export class ListUpdates {
  readonly #executionId: string;
  readonly #machines: MachineLookup;

  constructor(executionId: string, machines: MachineLookup) {
    this.#executionId = executionId;
    this.#machines = machines;
  }

  /** Takes the next entry of the log. */
  take(replayed: ReplayedEntry, item: JournalEntry | undefined): void {
    const { entry, before, after, outgoing } = replayed;
    const { verdict } = entry;
    if (verdict.type === 'applied') this.#checkOpen(before, after, item);
    if (verdict.type === 'applied' && item?.kind === 'message') this.#checkPart(replayed, item);
    if (item?.kind !== 'listUpdate' || !before || !after) return;
    const { task, number, limits } = item;
    const expected = expectedOf(item, this.#whenDue(before, entry.at));
    const is = verdict.type === 'ignored' ? verdict.reason : verdict.type;
    if (is !== expected) this.#fail(`update ${number} of list ${task} is ${is}, and not ${expected}`);
    const updated = limitedIn(after).find((each) => each.task === task);
    // More items may have failed than it tolerates.
    if (expected !== 'applied' || !updated) return;
    const told = limitsIn(outgoing);
    const { concurrency, tolerated } = updated.isOfOthers ? (told[0] ?? updated) : updated;
    const hasLimits = concurrency === limits.concurrency && tolerated === limits.tolerated;
    if (updated.updates !== number || !hasLimits) {
      this.#fail(`list ${task} has not the limits of update ${number}: ${JSON.stringify(updated)}`);
    }
  }

  /** The parent has said it of the list that this execution works on. Together, its parts keep to what it may do. */
  #checkPart({ before, after, outgoing }: ReplayedEntry, { messages }: Entry<'message'>): void {
    const limits = limitsOf(messages).at(-1);
    const [list] = after?.status === 'RUNNING' ? limitedIn(after) : [];
    const isKnown = before && limitedIn(before).length > 0;
    // Where more items have failed than are tolerated, it does not take it any more.
    if (!limits || !list || !isKnown || (after && hasFailed(after))) return;
    const { concurrency, tolerated } = list;
    if (concurrency !== limits.concurrency || tolerated !== limits.tolerated) {
      this.#fail(`its part has not the limits ${JSON.stringify(limits)}: ${JSON.stringify(list)}`);
    }
    if (!list.isOfOthers) return;
    const told = limitsIn(outgoing);
    const { length } = before.children ?? [];
    const sum = told.reduce((all, each) => all + each.concurrency, 0);
    if (told.length < length)
      this.#fail(`${told.length} of ${length} parts know of ${JSON.stringify(limits)}`);
    if (sum > limits.concurrency) this.#fail(`its parts may work on ${sum} items at a time`);
  }

  /** The execution that an entry comes to: timers that were due have fired before, and may have ended it. */
  #whenDue(before: Execution, now: number): Execution {
    if (before.status !== 'RUNNING') return before;
    const machine = this.#machines.find(before.machine, before.machineVersion);
    if (!machine) return before;
    const draft = new Draft(before, now);
    fireDueTimers(draft, machine, { cause: '' });
    return draft.execution;
  }

  /** No more items are begun than may be worked on, and no fewer. */
  #checkOpen(
    before: Execution | undefined,
    after: Execution | undefined,
    item: JournalEntry | undefined,
  ): void {
    if (!before || !after || after.status !== 'RUNNING' || after.waiting || before.waiting) return;
    const earlier = limitedIn(before);
    // Updates that came together count in their turn. The items that one of them begins are not stopped by the next.
    const passing = item?.kind === 'message' ? limitsOf(item.messages).map((each) => each.concurrency) : [];
    for (const { task, open, left, concurrency, updates, isOfOthers } of limitedIn(after)) {
      const list = earlier.find((each) => each.task === task);
      if (isOfOthers || !list || updates === 0) continue;
      if (open > Math.max(concurrency, list.open, ...passing))
        this.#fail(`list ${task} works on ${open} items at a time`);
      if (open < concurrency && left > 0) this.#fail(`list ${task} works on ${open} items only`);
    }
  }

  #fail(what: string): never {
    throw new InvariantError(1, this.#executionId, `${what}.`);
  }
}

/** The verdict on an update that comes to an execution. */
function expectedOf(
  { task, number }: Entry<'listUpdate'>,
  execution: Execution,
): 'applied' | 'Ended' | 'NotOpen' | 'Superseded' {
  if (hasEnded(execution.status)) return 'Ended';
  const list = limitedIn(execution).find((each) => each.task === task);
  if (!list) return 'NotOpen';
  return number <= list.updates ? 'Superseded' : 'applied';
}

/** The limits in messages, in their order. */
function limitsOf(messages: readonly Message[]): readonly ListLimits[] {
  return messages.flatMap((message) => (message.type === 'updatePart' ? [message.limits] : []));
}

/** The limits that a step has told other executions, the last ones of each. */
function limitsIn(outgoing: ReplayedEntry['outgoing']): readonly ListLimits[] {
  return outgoing.flatMap((each) => {
    return each.type === 'message' ? (limitsOf(each.messages).at(-1) ?? []) : [];
  });
}

function hasFailed({ lists = [] }: Execution): boolean {
  return lists.some((list) => failedCount(list) > list.tolerated);
}

function limitedIn({ lists = [], snapshot }: Execution): readonly Limited[] {
  const hosted = snapshot === undefined ? [] : hostedListsOf(parseMachineState(snapshot));
  const own = lists.map((list): Limited => {
    const { task, concurrency, tolerated, updates = 0, open, first, count, next, parts, isDelegated } = list;
    const isOfOthers = parts !== undefined || isDelegated === true;
    return {
      task,
      concurrency,
      tolerated,
      updates,
      open: open.length,
      left: first + count - next,
      isOfOthers,
    };
  });
  const ofMachines = hosted.map(({ list }): Limited => {
    const { task, concurrency, tolerated, updates = 0, open, first, count, next } = list;
    const { length } = Object.keys(open);
    return {
      task,
      concurrency,
      tolerated,
      updates,
      open: length,
      left: first + count - next,
      isOfOthers: false,
    };
  });
  return [...own, ...ofMachines];
}
