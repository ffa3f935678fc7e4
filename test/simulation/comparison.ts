import { isDeepStrictEqual } from 'node:util';
import type { JournalEntry } from '../../orchestrator/core/execution/model/entries.ts';
import type { Execution } from '../../orchestrator/core/execution/model/execution.ts';
import { parseMachineState } from '../../orchestrator/core/machine/index.ts';
import { withoutCaught } from '../core/machine/differential/observed.ts';
import { numberOfThrown } from '../core/machine/differential/thrown.ts';
import type { Recorded } from './checks.ts';
import { InvariantError } from './invariantError.ts';
import type { Reference } from './reference.ts';

const statuses: Readonly<Record<string, string>> = { active: 'RUNNING', done: 'SUCCEEDED', error: 'FAILED' };

/** Invariant 4: what was stored is what XState's own actor has come to. */
export function compareWithXState(recorded: Recorded, reference: Reference): void {
  const { execution } = recorded;
  const { executionId, status, snapshot, output } = execution;
  const expected = reference.state();
  const fail = (what: string, its: unknown, xstates: unknown) => {
    const text = `its ${what} is ${JSON.stringify(its)}, that of XState's actor ${JSON.stringify(xstates)}.`;
    throw new InvariantError(4, executionId, text);
  };
  const expectedStatus = statuses[expected.status];
  if (snapshot === undefined) return;
  if (status !== 'ABORTED' && status !== expectedStatus) fail('status', status, expectedStatus);
  if (status === 'FAILED' && expectedStatus === 'FAILED') compareErrors(execution, expected.error);
  // A failed execution keeps the state of before.
  if (status === 'FAILED' || expectedStatus === 'FAILED') return;
  const state = parseMachineState(snapshot);
  if (!isDeepStrictEqual(state.value, JSON.parse(JSON.stringify(expected.value)))) {
    fail('state', state.value, expected.value);
  }
  const context = withoutActors(state.context);
  if (!isDeepStrictEqual(context, withoutActors(asFarAsHeard(recorded, expected.context)))) {
    fail('context', state.context, expected.context);
  }
  if (status === 'SUCCEEDED' && !isDeepStrictEqual(output ?? null, expected.output ?? null)) {
    fail('output', output, expected.output);
  }
}

/** An execution's error has every field of what was thrown. */
function compareErrors({ executionId, error }: Execution, thrown: unknown): void {
  if (error?.code !== 'TaskFailed' || numberOfThrown(error) === undefined) return;
  const { code: ownCode, ...fields }: Readonly<Record<string, unknown>> =
    thrown instanceof Error ? fieldsOf(thrown) : { thrown };
  const expected = { ...fields, ...(ownCode !== undefined && { ownCode }) };
  if (shows(error, expected)) return;
  const text = `its error is ${JSON.stringify(error)}, that of XState's actor has ${JSON.stringify(expected)}.`;
  throw new InvariantError(4, executionId, text);
}

function fieldsOf(error: Error): Readonly<Record<string, unknown>> {
  const { name, message, cause } = error;
  return { ...error, name, message, ...(cause !== undefined && { cause }) };
}

/** Whether data has all that a value consists of. */
function shows(data: unknown, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return data === value;
  if (typeof data !== 'object' || data === null) return false;
  const parts = value instanceof Error ? fieldsOf(value) : value;
  return Object.entries(parts).every(([key, part]) => shows(Reflect.get(data, key), part));
}

/** Invariant 11: every child has heard what XState's own has, whether it runs still or was stopped. */
export function compareChildren(
  executionId: string,
  reference: Reference,
  executionOf: (executionId: string) => Execution | undefined,
): void {
  for (const [address, expected] of reference.contextsOfChildren()) {
    const childId = `${executionId}${address}`;
    const child = executionOf(childId);
    const context = child?.snapshot === undefined ? undefined : parseMachineState(child.snapshot).context;
    if (isDeepStrictEqual(context, expected)) continue;
    const text = `its context is ${JSON.stringify(context)}, that of XState's actor ${JSON.stringify(expected)}.`;
    throw new InvariantError(11, childId, text);
  }
}

/** Answers that came after the end are not heard: XState's actor has heard them at once. */
function asFarAsHeard({ journal, log }: Recorded, expected: unknown): unknown {
  if (typeof expected !== 'object' || expected === null || !('answered' in expected)) return expected;
  const late = new Set(
    log
      .filter(({ verdict }) => verdict.type === 'ignored' && verdict.reason === 'Ended')
      .flatMap(({ reference }) => answersIn(journal.get(reference))),
  );
  const { answered } = expected;
  return { ...expected, answered: Array.isArray(answered) ? answered.filter((n) => !late.has(n)) : answered };
}

function answersIn(entry: JournalEntry | undefined): unknown[] {
  if (entry?.kind !== 'message') return [];
  return entry.messages.flatMap((message) => (message.type === 'event' ? [message.event.n] : []));
}

/** Actors and errors are written otherwise; a generated machine has in `last` what it sees of an error. */
function withoutActors(context: unknown): unknown {
  if (typeof context !== 'object' || context === null || !('ref' in context)) return context;
  const { ref: _, ...rest } = context;
  return withoutCaught(rest);
}
