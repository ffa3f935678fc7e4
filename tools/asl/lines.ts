import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

/** The JSON values of a file with one a line, which may be compressed (`.gz`). */
export async function readLines(file: string): Promise<readonly unknown[]> {
  const bytes = await readFile(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  return text
    .split('\n')
    .flatMap((line): readonly unknown[] => (line.trim() === '' ? [] : [JSON.parse(line)]));
}
