import type { AdvanceInput, Decided } from '../core/execution/step/advance.types.ts';

/** Applied before, and delivered once more. An entry that was only read beside it does not show who applied it. */
export function deliveredAgain({ duplicates }: Decided, { delivered }: AdvanceInput): readonly string[] {
  return delivered === undefined
    ? duplicates
    : duplicates.filter((reference) => delivered.includes(reference));
}

/** How many results a commit takes. One that waits leaves them in the journal. */
export function resultsTaken(step: Extract<Decided, { type: 'commit' }>, { entries }: AdvanceInput): number {
  if (step.execution.waiting) return 0;
  return entries.filter(({ kind, reference }) => kind === 'result' && !step.duplicates.includes(reference))
    .length;
}
