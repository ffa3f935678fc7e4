import type { Json } from '../data/json.ts';

/** How items are written in a file. */
export const listFormats = ['ndjson', 'json', 'csv'] as const;
export type ListFormat = (typeof listFormats)[number];

/** A file of the object store whose items are worked on. */
export interface ListFile {
  /** Its key in the store, or its URL there. */
  readonly items: string;
  /** @default by the name's ending: `.ndjson`, `.jsonl`, `.json`, `.csv` */
  readonly format?: ListFormat;
}

/** What `eachFromFile` comes to. */
export interface ListSummary {
  readonly count: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Key of the manifest in the store, which names the files with the results. */
  readonly results: string;
}

/** Worker names of what the worker host does for lists in files. */
export const listTask = { split: 'millrace.split', collect: 'millrace.collect' } as const;

/** The file that the input of an `eachFromFile` names; undefined where it does not name one. */
export function listFileOf(input: Json | undefined): ListFile | undefined {
  if (typeof input !== 'object' || input === null || !('items' in input)) return undefined;
  const { items, format } = input;
  if (typeof items !== 'string') return undefined;
  const known = listFormats.find((each) => each === format);
  return format === undefined || known ? { items, ...(known && { format: known }) } : undefined;
}
