import type { AnyStateMachine } from 'xstate';
import { executionTimeoutMsOf } from './executionTimeout.ts';
import { heldEventsOf } from './heldEvents.ts';
import type { MachineProblem } from './machineProblem.ts';
import { itemMachineOf, type LogicKind, logicKindOf, resolveSource } from './sources.ts';

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
    yield* itemProblems(path, itemMachineOf(logic));
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

/** Settings of an execution mean nothing for the machine of an item, which is a part of one. */
function* itemProblems(path: string, item: AnyStateMachine | undefined): Generator<MachineProblem> {
  if (!item) return;
  if (executionTimeoutMsOf(item) !== undefined) {
    yield {
      path,
      problem: `'${item.id}' works on items, and its timeout is for executions`,
      instead: "take it out of the machine's meta, and leave its states with 'after'",
    };
  }
  if (heldEventsOf(item) !== undefined) {
    yield {
      path,
      problem: `'${item.id}' works on items, and only an execution holds events`,
      instead: "take heldEvents out of the machine's meta",
    };
  }
}
