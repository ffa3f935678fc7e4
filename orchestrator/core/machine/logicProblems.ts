import type { MachineProblem } from './machineProblem.ts';
import { type LogicKind, logicKindOf, resolveSource } from './sources.ts';

const refusedLogic: Readonly<Partial<Record<LogicKind, readonly [problem: string, instead: string]>>> = {
  callback: [
    'fromCallback lives in one process and is lost with it',
    'use fromPromise or worker(), and have events from outside put into the table',
  ],
  observable: [
    'an observable lives in one process and is lost with it',
    'use fromPromise or worker(), and have events from outside put into the table',
  ],
  transition: [
    'the state of fromTransition logic would not be stored',
    "keep that state in the machine's context",
  ],
  custom: [
    'actor logic of your own would run in one process and be lost with it',
    'use fromPromise or worker()',
  ],
  none: ['it is not actor logic', 'use worker(), or fromPromise around a function'],
};

/** Why actor logic cannot be run as a task or an execution. */
export function* logicProblems(path: string, logic: unknown): Generator<MachineProblem> {
  const refused = refusedLogic[logicKindOf(logic)];
  if (refused) yield { path, problem: refused[0], instead: refused[1] };
  else {
    try {
      resolveSource('', logic);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      const instead =
        logicKindOf(logic) === 'each' ? 'correct what each() is given' : "correct the worker's policy";
      yield { path, problem, instead };
    }
  }
}
