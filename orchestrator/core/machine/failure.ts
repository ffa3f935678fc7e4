import type { AnyMachineSnapshot } from 'xstate';
import type { Json } from '../data/json.ts';
import { NotSerializableError } from '../data/serializable.ts';
import { isExecutionFailure } from '../policy/executionFailure.ts';
import type { MachineFailure } from './step.types.ts';
import { activeNodes, isEndlessLoopError, isGuardError, property } from './xstateInternals.ts';

/** Thrown within a step when a machine goes on sending events to itself. */
export class EndlessLoopError extends Error {
  readonly code = 'EndlessLoop';
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
  thrown: unknown,
  snapshot: AnyMachineSnapshot | undefined,
  eventType: string | undefined,
): MachineFailure {
  const { name, message, stack } = describe(thrown);
  if (isExecutionFailure(thrown)) return { code: 'DeclaredFailure', name, message };
  return {
    code: codeOf(thrown),
    name,
    message: isGuardError(thrown) ? message : `${message} (${placeOf(snapshot, eventType)})`,
    ...(stack === undefined ? {} : { stack }),
  };
}

/** Why a machine that did not handle the failure of a task has failed. */
export function failureOfTask(error: unknown): MachineFailure {
  const { name, message, stack } = describe(error);
  return { code: 'TaskFailed', name, message, ...(stack === undefined ? {} : { stack }) };
}

/** What is stored of an error: where it was thrown may differ from one bundle to the next. */
export function storedError(error: unknown): Json {
  const { name, message } = describe(error);
  return { name, message };
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

function describe(thrown: unknown): { name: string; message: string; stack: string | undefined } {
  const name = property(thrown, 'name');
  const message = property(thrown, 'message');
  const stack = property(thrown, 'stack');
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : textOf(thrown),
    stack: typeof stack === 'string' ? stack : undefined,
  };
}

/** For what was thrown and is no error. */
function textOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  try {
    return JSON.stringify(thrown);
  } catch {
    return 'an object that is no Error was thrown';
  }
}
