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
  /** Items that were not started before the run failed. */
  readonly pending?: readonly Json[];
  /** How often the run has written results before: a redriven run writes those of each part of its work. */
  readonly writes?: number;
}

/**
 * Writes the results of a Map state as Step Functions does: one file for each outcome that items had, and a manifest. After a
 * redrive, the manifest also names the files of the items that succeeded before it. A second run writes the same bytes.
 */
export async function writeMapResults(
  {
    bucket: name,
    prefix,
    mapRunArn,
    run,
    isLines,
    succeeded,
    failed,
    pending = [],
    writes = 0,
  }: ResultWriting,
  store: ObjectStore | undefined,
): Promise<JsonObject> {
  const bucket = bucketNamed(name, store);
  const folder = [prefix.replace(/^\/+|\/+$/g, ''), run].filter((part) => part !== '').join('/');
  const nameOf = (outcome: string, number: number) =>
    `${folder}/${outcome}_${number}.${isLines ? 'jsonl' : 'json'}`;
  const written = async (outcome: string, results: readonly Json[], number = 0): Promise<ResultFile[]> => {
    if (results.length === 0) return [];
    const Key = nameOf(outcome, number);
    const text = isLines ? results.map((each) => JSON.stringify(each)).join('\n') : JSON.stringify(results);
    const bytes = Buffer.from(text);
    await bucket.store.put(bucket.keyOf(Key), bytes);
    return [{ Key, Size: bytes.length }];
  };
  const Key = `${folder}/manifest.json`;
  const before = writes === 0 ? [] : succeededIn(await bucket.store.get(bucket.keyOf(Key)));
  const added = nameOf('SUCCEEDED', writes);
  const manifest = {
    DestinationBucket: name,
    MapRunArn: mapRunArn,
    ResultFiles: {
      FAILED: await written('FAILED', failed),
      PENDING: await written('PENDING', pending),
      SUCCEEDED: [
        ...before.filter((file) => file.Key !== added),
        ...(await written('SUCCEEDED', succeeded, writes)),
      ],
    },
  };
  await bucket.store.put(bucket.keyOf(Key), Buffer.from(JSON.stringify(manifest)));
  return { MapRunArn: mapRunArn, ResultWriterDetails: { Bucket: name, Key } };
}

type ResultFile = { readonly Key: string; readonly Size: number };

/** The files with what succeeded that a manifest names. */
function succeededIn(manifest: Uint8Array | undefined): readonly ResultFile[] {
  if (manifest === undefined) return [];
  const { ResultFiles }: { ResultFiles?: { SUCCEEDED?: readonly ResultFile[] } } = JSON.parse(
    Buffer.from(manifest).toString(),
  );
  return ResultFiles?.SUCCEEDED ?? [];
}
