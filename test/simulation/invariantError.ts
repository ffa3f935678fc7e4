/** Thrown where a run breaks an invariant of the design, which it names by its number. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
  readonly invariant: number;
  constructor(invariant: number, executionId: string, message: string) {
    super(`Invariant ${invariant}, ${executionId}: ${message}`);
    this.invariant = invariant;
  }
}
