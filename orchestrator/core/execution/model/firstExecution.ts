import { storedTime } from '../../policy/time.ts';
import type { Execution } from './execution.ts';
import { emptyLog } from './log.ts';

/** An execution before its first commit. */
export function firstExecution(
  executionId: string,
  { machine, answerTo }: Pick<Execution, 'machine'> & { readonly answerTo?: string | undefined },
  clock: number,
): Execution {
  const now = storedTime(clock);
  return {
    executionId,
    machine,
    status: 'RUNNING',
    version: 0,
    startedAt: now,
    updatedAt: now,
    tasks: [],
    log: emptyLog(now),
    logSegments: 0,
    ...(answerTo !== undefined && { answerTo }),
  };
}
