import { InvalidCursorError } from '../../orchestrator/table/cursor.ts';
import { mapConcurrently } from '../mapConcurrently.ts';
import { mergeConcurrently } from '../mergeConcurrently.ts';
import type { ClientSurroundings } from '../surroundings.ts';
import type { AssessOptions } from './assess.ts';
import { decodePosition } from './cursor.ts';
import { Examination } from './examination.ts';
import { type DoctorOptions, defaultGraceMs } from './options.ts';
import { Round } from './round.ts';
import { scanSegment } from './scanSegment.ts';
import { type TreatedFinding, Treatment } from './treatment.ts';

const defaultSegments = 4;
/** Pages of a segment that are worked on at the same time. */
const pagesAtOnce = 4;
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Looks through the table for executions that do not go on as they should, and has them caught up. It writes no execution
 * itself, so that it may run at any time, beside the orchestrator and beside others of its kind.
 */
export async function* doctor(
  surroundings: ClientSurroundings,
  options: DoctorOptions,
): AsyncGenerator<TreatedFinding, void, undefined> {
  const { table, now, retentionDays } = surroundings;
  const { from, graceMs = defaultGraceMs, pageSize, signal } = options;
  const position = from === undefined ? undefined : decodePosition(from);
  if (position && options.segments !== undefined && options.segments !== position.segments) {
    throw new InvalidCursorError();
  }
  // Without its index, a table looks well and no timer fires.
  await table.index.listDue({ shard: 0, until: 0, limit: 1 });
  const segments = position?.segments ?? options.segments ?? defaultSegments;
  const round = new Round(segments, position?.at ?? [], options.onProgress);
  const assessOptions = (): AssessOptions => ({
    now: now(),
    graceMs,
    retentionMs: retentionDays > 0 ? retentionDays * dayMs : Number.POSITIVE_INFINITY,
  });
  const examination = new Examination(surroundings, options, assessOptions);
  const treatment = new Treatment(surroundings, {
    catchUp: surroundings.catchUp,
    name: `doctor ${surroundings.newId()}`,
    isDryRun: options.isDryRun === true,
    stopsOrphans: options.stopsOrphans === true,
    ratePerSecond: options.ratePerSecond ?? Number.POSITIVE_INFINITY,
    assessOptions,
    signal,
  });
  const sources = round.open.map(({ segment, cursor }) => {
    const request = { segment, segments, ...(pageSize && { limit: pageSize }), ...(cursor && { cursor }) };
    const batches = round.counted(examination.paced(scanSegment(table.outlines, request)));
    return mapConcurrently(batches, pagesAtOnce, async ({ batch, number }) => {
      const findings = await treatment.treat(await examination.findings(batch));
      return { batch, number, findings };
    });
  });
  round.tell();
  for await (const { batch, number, findings } of mergeConcurrently(sources)) {
    yield* findings;
    round.done(batch, number, findings.length);
    signal?.throwIfAborted();
  }
}
