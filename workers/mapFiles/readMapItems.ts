import { gunzipSync } from 'node:zlib';
import type { Json } from '../../orchestrator/core/data/json.ts';
import {
  InvalidObjectKeyError,
  ObjectNotFoundError,
  type ObjectStore,
  ObjectTooLargeError,
} from '../../orchestrator/store/objectStore.ts';
import { ItemReaderError } from '../lists/itemReaderError.ts';
import { type Bucket, bucketNamed } from './bucket.ts';
import { csvRows, delimiterOf, headersOf, rowAsItem } from './csvTable.ts';

type Fields = { readonly [key: string]: Json };

/** An `ItemReader` with its fields evaluated. */
export interface ItemReading {
  readonly action: 'getObject' | 'listObjectsV2';
  readonly bucket: string;
  /** Of `getObject`. */
  readonly key?: string;
  /** Of `listObjectsV2`. */
  readonly prefix?: string;
  /** `ReaderConfig`. */
  readonly config: Fields;
  /** Items that are taken at most. @default all */
  readonly maxItems?: number;
}

/** A file is taken into memory as a whole. */
const mostFileBytes = 256 * 1024 * 1024;

/**
 * The items that an `ItemReader` of Step Functions reads.
 *
 * @throws ItemReaderError where there is no such file, or it is not what the reader says
 */
export async function readMapItems(given: ItemReading, store: ObjectStore | undefined): Promise<Json[]> {
  try {
    const items = await itemsOf(given, bucketNamed(given.bucket, store), store);
    return items.slice(0, given.maxItems);
  } catch (error) {
    const isOfFile = [ObjectNotFoundError, ObjectTooLargeError, InvalidObjectKeyError, SyntaxError].some(
      (type) => error instanceof type,
    );
    if (isOfFile && error instanceof Error) throw new ItemReaderError(error.message, { cause: error });
    throw error;
  }
}

async function itemsOf(
  { action, key, prefix = '', config }: ItemReading,
  bucket: Bucket,
  store: ObjectStore | undefined,
): Promise<Json[]> {
  if (action === 'getObject') {
    if (key === undefined || key === '') throw new ItemReaderError('The ItemReader names no Key.');
    return itemsInFile(bucket, key, config, store);
  }
  const objects = await bucket.list(prefix);
  if (config.Transformation !== 'LOAD_AND_FLATTEN') {
    return objects.map(({ key: Key, writtenAt, bytes, etag, storageClass }) => ({
      Etag: etag ?? '',
      Key,
      LastModified: Math.floor(writtenAt / 1000),
      Size: bytes,
      StorageClass: storageClass ?? 'STANDARD',
    }));
  }
  const items: Json[] = [];
  for (const object of objects) items.push(...(await itemsInFile(bucket, object.key, config, store)));
  return items;
}

async function itemsInFile(
  bucket: Bucket,
  key: string,
  config: Fields,
  store: ObjectStore | undefined,
): Promise<Json[]> {
  const bytes = Buffer.from(await bucket.store.get(bucket.keyOf(key), mostFileBytes));
  const text = (isZipped(bytes) ? gunzipSync(bytes) : bytes).toString('utf8').replace(/^\uFEFF/, '');
  switch (config.InputType) {
    case 'CSV':
      return csvItems(text, config);
    case 'JSON':
      return listIn(JSON.parse(text), config.ItemsPointer);
    case 'JSONL':
      return text
        .split(/\r?\n/)
        .filter((line) => line.trim() !== '')
        .map((line): Json => JSON.parse(line));
    case 'MANIFEST':
      return inventoryItems(JSON.parse(text), config, store);
    default:
      throw new ItemReaderError(
        `Files of the InputType ${JSON.stringify(config.InputType ?? null)} are not read: CSV, JSON, JSONL and MANIFEST are.`,
      );
  }
}

function isZipped(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function csvItems(text: string, config: Fields): Json[] {
  const rows = csvRows(text, delimiterOf(config.CSVDelimiter));
  const isGiven = config.CSVHeaderLocation === 'GIVEN';
  const headers = headersOf(isGiven ? config.CSVHeaders : rows.shift());
  return rows.map((row) => rowAsItem(headers, row));
}

/** @param pointer JSON Pointer (RFC 6901) to the list. @default the whole */
function listIn(document: Json, pointer: Json | undefined): Json[] {
  const steps = typeof pointer === 'string' ? pointer.split('/').slice(1) : [];
  let at: Json | undefined = document;
  for (const step of steps) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    const isInner: boolean = typeof at === 'object' && at !== null && Object.hasOwn(at, name);
    at = isInner ? (Object.entries(at ?? {}).find(([key]) => key === name)?.[1] as Json) : undefined;
  }
  if (!Array.isArray(at)) throw new ItemReaderError('Attempting to map over non-iterable node.');
  return at;
}

/** An inventory of S3: a manifest that names CSV files without headers, and their columns. */
async function inventoryItems(
  manifest: Json,
  { ManifestType = 'S3_INVENTORY' }: Fields,
  store: ObjectStore | undefined,
): Promise<Json[]> {
  const { files, fileSchema, fileFormat, destinationBucket } = fieldsOf(manifest);
  if (ManifestType !== 'S3_INVENTORY' || (fileFormat !== undefined && fileFormat !== 'CSV')) {
    const kind = ManifestType === 'S3_INVENTORY' ? fileFormat : ManifestType;
    throw new ItemReaderError(`A manifest of ${String(kind)} is not read: one of S3_INVENTORY in CSV is.`);
  }
  if (typeof destinationBucket !== 'string' || typeof fileSchema !== 'string' || !Array.isArray(files)) {
    throw new ItemReaderError('The manifest has no destinationBucket, fileSchema or files.');
  }
  const bucket = bucketNamed(destinationBucket.replace(/^arn:[^:]*:s3:::/, ''), store);
  const headers = fileSchema.split(',').map((name) => name.trim());
  const items: Json[] = [];
  for (const file of files) {
    const { key } = fieldsOf(file);
    if (typeof key !== 'string') throw new ItemReaderError('A file of the manifest has no key.');
    const bytes = Buffer.from(await bucket.store.get(bucket.keyOf(key), mostFileBytes));
    const text = (isZipped(bytes) ? gunzipSync(bytes) : bytes).toString('utf8');
    items.push(...csvRows(text, ',').map((row) => rowAsItem(headers, row)));
  }
  return items;
}

function fieldsOf(value: Json): { readonly [key: string]: Json | undefined } {
  return typeof value === 'object' && value !== null && !isList(value) ? value : {};
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
