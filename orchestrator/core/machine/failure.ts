import type { AnyMachineSnapshot } from 'xstate';
import { describeThrown } from '../data/describeThrown.ts';
import type { Json } from '../data/json.ts';
import { NotSerializableError } from '../data/serializable.ts';
import { messageOfThrown, nameOfThrown, thrownAsJson } from '../data/thrown.ts';
import { MillraceError } from '../errors/millraceError.ts';
import { isExecutionFailure } from '../policy/executionFailure.ts';
import type { MachineFailure } from './step.types.ts';
import { activeNodes, isEndlessLoopError, isGuardError } from './xstateInternals.ts';

/** Thrown within a step when a machine goes on sending events to itself. */
export class EndlessLoopError extends MillraceError {
  override readonly code = 'EndlessLoop';
  override readonly name = 'EndlessLoopError';
  constructor(eventType: string, macrosteps: number) {
    super(
      `The machine sent itself more than ${macrosteps} events in one step, the last of them '${eventType}'. ` +
        'Let it come to rest: a transition that sends needs a guard, or a delay.',
    );
  }
}

/** Why a machine whose own code threw has failed. */
export function failureOfThrown(
  error: unknown,
  snapshot: AnyMachineSnapshot | undefined,
  eventType: string | undefined,
): MachineFailure {
  const failure = failureOf(codeOf(error), error);
  if (isExecutionFailure(error)) return { code: 'DeclaredFailure', name: error.name, message: error.message };
  if (isGuardError(error)) return failure;
  return { ...failure, message: `${failure.message} (${placeOf(snapshot, eventType)})` };
}

/** Why a machine that did not handle the failure of a task has failed. */
export function failureOfTask(error: unknown): MachineFailure {
  return failureOf('TaskFailed', error);
}

function failureOf(code: MachineFailure['code'], error: unknown): MachineFailure {
  const thrown = describeThrown(error);
  const stack = thrown.$thrown ? undefined : thrown.stack;
  return {
    code,
    name: nameOfThrown(thrown),
    message: messageOfThrown(thrown),
    ...(stack === undefined ? {} : { stack }),
  };
}

/** The stored form of a thrown value: without a stack of this process, as that differs from one bundle to the next. */
export function storedError(error: unknown): Json {
  return thrownAsJson(describeThrown(error, 'stored')) ?? null;
}

function codeOf(thrown: unknown): MachineFailure['code'] {
  if (thrown instanceof NotSerializableError) return 'NotSerializable';
  return thrown instanceof EndlessLoopError || isEndlessLoopError(thrown) ? 'EndlessLoop' : 'MachineThrew';
}

function placeOf(snapshot: AnyMachineSnapshot | undefined, eventType: string | undefined): string {
  if (snapshot === undefined || eventType === undefined) return 'when the machine started';
  const atomic = activeNodes(snapshot).filter(({ type }) => type === 'atomic' || type === 'final');
  const states = atomic.map(({ id }) => `'${id}'`).join(' and ');
  return states === '' ? `on event '${eventType}'` : `on event '${eventType}' in state ${states}`;
}
