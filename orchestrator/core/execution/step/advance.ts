import { DefinitionMismatchError } from '../../machine/index.ts';
import { applyParentsWord, needsNoMachine } from '../children/parentsWord.ts';
import { applyControl } from '../control/control.ts';
import { PageNeeded } from '../lists/listItems.ts';
import type { ExecutionError } from '../model/execution.ts';
import type { MachineLookup } from '../model/machines.ts';
import type { Advance, AdvanceInput, AdvanceLimits } from './advance.types.ts';
import { Attempt } from './attempt.ts';
import { decide, draftOf } from './commit.ts';
import type { Draft } from './draft.ts';
import { standingOf } from './duplicates.ts';
import { logAsEnded } from './ended.ts';
import { noReferences } from './segmentReferences.ts';
import { definitionMismatch, wait } from './waiting.ts';

/**
 * The step of an execution: pure, and the only place that decides on an input. An error in the machine is part of
 * the execution that it returns. Entries that cannot be decided on now (the execution waits for its machine, or for
 * a redrive) are left in the journal, unlogged. Where it has to know more, it answers what it needs.
 */
export function advance(machines: MachineLookup, limits: AdvanceLimits, input: AdvanceInput): Advance {
  const { execution, entries, unavailable } = input;
  if (!execution && !entries.some((entry) => entry.kind === 'start'))
    return { type: 'nothing', duplicates: [] };
  const draft = draftOf(input, limits);
  const attempt = new Attempt(machines, limits, draft, input);
  const { duplicates } = attempt;
  let reason = unavailable;
  try {
    const need = attempt.run();
    const decided: Advance = need ? { type: 'needs', need } : decide(draft, input, duplicates);
    if (decided.type !== 'needs' || !unavailable) return decided;
  } catch (error) {
    // The deployed machine cannot take up the stored state: a deployment repairs that.
    if (error instanceof DefinitionMismatchError) reason = definitionMismatch(error);
    else if (!(error instanceof PageNeeded)) throw error;
    else if (!unavailable) return { type: 'needs', need: { type: 'page', address: error.address } };
  }
  const waiting = draftOf(input, limits);
  if (reason) waitWithoutMachine(waiting, input, reason, limits);
  return decide(waiting, input, duplicates);
}

/** Nothing of what was begun is kept, but controls need no machine. */
function waitWithoutMachine(
  draft: Draft,
  { execution, entries, segments = noReferences }: AdvanceInput,
  reason: ExecutionError,
  limits: AdvanceLimits,
): void {
  const fresh = entries.filter((entry) => standingOf(draft, entry, segments) !== 'decided');
  for (const entry of fresh) {
    if (entry.kind === 'control') applyControl(draft, entry, limits);
    else if (entry.kind === 'message' && standingOf(draft, entry, segments) === 'new') {
      if (needsNoMachine(draft, entry)) applyParentsWord(draft, entry);
    }
  }
  if (draft.ended) logAsEnded(draft, fresh, segments.named);
  else wait(draft, reason, limits.waitForMachineMs, execution?.waiting);
}
