/** The faults, each with its decision points in the simulated cloud. */
export const faultKinds = [
  'crashBeforeCall',
  'crashAfterCall',
  'throttledWrite',
  'failedWrite',
  /** It took effect, and is answered with an error. */
  'ambiguousWrite',
  /** It took effect, was sent again by the SDK, and met itself. */
  'repeatedWrite',
  'transactionConflict',
  'failedRead',
  'unprocessedKeys',
  'slowCall',
  'throttledInvoke',
  /** The function runs, and the invocation is answered with an error. */
  'ambiguousInvoke',
  'lostInvoke',
  'duplicateInvoke',
  'slowInvoke',
  'slowWorker',
  'dyingWorker',
  /** No one hears that a worker has died: its deadline finds it. */
  'lostFailure',
  'duplicateBatch',
  'lateBatch',
  'shardSplit',
  /** Every record of the last 24 hours is delivered again. */
  'recreatedMapping',
  'lateIndex',
  'clockStop',
  'clockOverlap',
  'duplicateWake',
  'clockSkew',
  /** A process of the worker host stands still between two calls, and goes on much later. */
  'frozenHost',
  /** The host gets no answer to a write, or is dead before it comes, and the write is taken a while later. */
  'lateWrite',
  /** The function for failures is invoked late, and twice. */
  'oddFailure',
  /** An eventually consistent read does not see what was written last. */
  'lateRead',
  /** A committer stands still between the segment of the log that it has cut off and its commit. */
  'slowSegment',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** How probable each kind is at each of its decision points. */
export type FaultProfile = Readonly<Partial<Record<FaultKind, number>>>;

/** Kinds that are decided on seldom: rare ones would never strike. */
const seldomDecided: ReadonlySet<FaultKind> = new Set([
  'clockStop',
  'clockOverlap',
  'clockSkew',
  'lateIndex',
  'slowSegment',
]);
/** Kinds that bring much work each time. */
const heavy: ReadonlySet<FaultKind> = new Set(['recreatedMapping']);

/** Every eighth run is calm: what only a fault excuses must not be in it. */
export function isCalm(seed: number): boolean {
  return seed % 8 === 0;
}

/** Each run that is not calm has some kinds of faults, each often or rarely. */
export function drawProfile(seed: number, random: () => number): FaultProfile {
  if (isCalm(seed)) return {};
  const share = 0.1 + 0.5 * random();
  const profile: Partial<Record<FaultKind, number>> = {};
  for (const kind of faultKinds) {
    const isChosen = random() < share;
    const level = random();
    if (!isChosen) continue;
    const often = seldomDecided.has(kind) ? 0.6 : heavy.has(kind) ? 0.04 : 0.2;
    profile[kind] = level < 0.4 ? often / 10 : level < 0.8 ? often / 3 : often;
  }
  return profile;
}
