import type { Retention } from '../../policy/retention.ts';
import { type Execution, hasEnded } from './execution.ts';

/**
 * When an execution's data has to be renewed; undefined where it need not be. A live one is renewed again and again. One that
 * has ended is renewed once more, so that everything of it expires together; if it was short, that is so anyway.
 */
export function renewalAt(execution: Execution, retention: Retention | undefined): number | undefined {
  if (!retention) return undefined;
  const { status, startedAt, renewedAt, updatedAt, endedAt = updatedAt } = execution;
  if (!hasEnded(status)) return (renewedAt ?? startedAt) + retention.renewedAfterMs;
  const isTogether =
    renewedAt === undefined ? endedAt - startedAt <= retention.toleranceMs : renewedAt > endedAt;
  return isTogether ? undefined : endedAt;
}
