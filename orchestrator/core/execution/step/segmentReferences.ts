/** The verdicts on journal items in older segments of the log. */
export interface SegmentReferences {
  /** Those that the segments name. */
  readonly named: ReadonlySet<string>;
  /**
   * The items among these that were ignored because the execution had ended, and that nothing else was decided on
   * since.
   */
  readonly ended: ReadonlySet<string>;
}

export const noReferences: SegmentReferences = { named: new Set(), ended: new Set() };
