import type { Json, JsonObject } from '../../orchestrator/core/data/json.ts';
import type { ObjectStore } from '../../orchestrator/store/objectStore.ts';
import { bucketNamed } from './bucket.ts';

/** The results that a `ResultWriter` writes, and the place that it writes them to. */
export interface ResultWriting {
  readonly bucket: string;
  readonly prefix: string;
  readonly mapRunArn: string;
  /** Name of the run: the folder of its files. */
  readonly run: string;
  readonly isLines: boolean;
  readonly succeeded: readonly Json[];
  readonly failed: readonly Json[];
}

/**
 * Writes the results of a Map state as Step Functions does: a file for each outcome that items had, and a manifest. A
 * second run writes the same bytes.
 */
export async function writeMapResults(
  { bucket: name, prefix, mapRunArn, run, isLines, succeeded, failed }: ResultWriting,
  store: ObjectStore | undefined,
): Promise<JsonObject> {
  const bucket = bucketNamed(name, store);
  const folder = [prefix.replace(/^\/+|\/+$/g, ''), run].filter((part) => part !== '').join('/');
  const written = async (outcome: string, results: readonly Json[]): Promise<Json[]> => {
    if (results.length === 0) return [];
    const Key = `${folder}/${outcome}_0.${isLines ? 'jsonl' : 'json'}`;
    const text = isLines ? results.map((each) => JSON.stringify(each)).join('\n') : JSON.stringify(results);
    const bytes = Buffer.from(text);
    await bucket.store.put(bucket.keyOf(Key), bytes);
    return [{ Key, Size: bytes.length }];
  };
  const manifest = {
    DestinationBucket: name,
    MapRunArn: mapRunArn,
    ResultFiles: {
      FAILED: await written('FAILED', failed),
      PENDING: [],
      SUCCEEDED: await written('SUCCEEDED', succeeded),
    },
  };
  const Key = `${folder}/manifest.json`;
  await bucket.store.put(bucket.keyOf(Key), Buffer.from(JSON.stringify(manifest)));
  return { MapRunArn: mapRunArn, ResultWriterDetails: { Bucket: name, Key } };
}
