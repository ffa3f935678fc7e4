import type { JsonObject } from '../json.ts';
import type { MapRunLimits, MapRunRecord } from './mapRunRecord.ts';
import type { ReplayedLogEntry } from './replayedEntries.ts';

/** The note in the journal item of an update: the run and its limits as Step Functions has them. */
export function mapRunNote({ arn }: Pick<MapRunRecord, 'arn'>, limits: MapRunLimits): JsonObject {
  const { maxConcurrency, toleratedCount, toleratedPercentage } = limits;
  return {
    mapRunArn: arn,
    maxConcurrency,
    ...(toleratedCount !== undefined && { toleratedFailureCount: toleratedCount }),
    ...(toleratedPercentage !== undefined && { toleratedFailurePercentage: toleratedPercentage }),
  };
}

/** Takes an entry that is the update of one of these runs: one that is not applied yet, too. */
export function takeUpdate(runs: readonly MapRunRecord[], { update, verdict }: ReplayedLogEntry): void {
  const { mapRunArn, maxConcurrency, toleratedFailureCount, toleratedFailurePercentage } = update?.note ?? {};
  const run = runs.find((each) => typeof mapRunArn === 'string' && each.isNamed(mapRunArn));
  if (!update || !run || typeof maxConcurrency !== 'number') return;
  const { number } = update;
  // The list had ended, or has failed by it.
  const isTaken = verdict.type === 'applied' || verdict.type === 'pending';
  const limits = {
    maxConcurrency,
    toleratedCount: numberOrNone(toleratedFailureCount),
    toleratedPercentage: numberOrNone(toleratedFailurePercentage),
  };
  run.updated({ number, limits: isTaken ? limits : run.limits });
}

function numberOrNone(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
