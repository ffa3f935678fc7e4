import { childNumber } from '../model/addresses.ts';
import type { Draft } from '../step/draft.ts';
import { cancelAbandoned } from '../tasks/abandonedWork.ts';
import { hasChild } from './children.ts';
import { itemsOf, type OutgoingItem } from './messages.ts';
import { stopAbandoned } from './startedExecutions.ts';

/** A transaction has 100 actions: one is the commit, the others are kept free. */
const mostItems = 90;

/**
 * The items that the draft's commit writes to other executions: first those that earlier commits left, in their
 * order. Items that do not fit into one transaction stay in the execution's outbox.
 */
export function postOutgoing(draft: Draft): readonly OutgoingItem[] {
  stopAbandoned(draft);
  cancelAbandoned(draft);
  const { executionId, sent = {}, outbox = [] } = draft.execution;
  const added = itemsOf(draft.said, { sender: executionId, sent, at: draft.now });
  if (added.length === 0 && outbox.length === 0) return [];
  const all = [...outbox, ...added];
  draft.setOptional('sent', sentAfter(draft, added));
  draft.setOptional('outbox', all.length > mostItems ? all.slice(mostItems) : undefined);
  return all.slice(0, mostItems);
}

function sentAfter(
  { execution }: Draft,
  added: readonly OutgoingItem[],
): Readonly<Record<string, number>> | undefined {
  const sent = new Map(Object.entries(execution.sent ?? {}));
  for (const item of added) if (item.type === 'message') sent.set(item.receiver, item.number);
  for (const receiver of sent.keys()) {
    const number = childNumber(receiver, execution.executionId);
    if (number !== undefined && !hasChild(execution, number)) sent.delete(receiver);
  }
  return sent.size > 0 ? Object.fromEntries(sent) : undefined;
}
