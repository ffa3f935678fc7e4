/** What older segments of the log say of journal items. */
export interface SegmentReferences {
  /** Those that the segments name. */
  readonly named: ReadonlySet<string>;
  /** Of these, those that were ignored because the execution had ended, and of which nothing else was decided since. */
  readonly ended: ReadonlySet<string>;
}

export const noReferences: SegmentReferences = { named: new Set(), ended: new Set() };
