import type { Document } from './document.ts';
import { readJson } from './readJson.ts';
import { readYaml } from './readYaml.ts';

export type Format = 'json' | 'yaml';

/** Endings of files that hold a definition. */
export const definitionFile = /\.asl\.(json|ya?ml)$/;

/** The format of a file, by its name. */
export function formatOf(file: string): Format {
  return /\.ya?ml$/.test(file) ? 'yaml' : 'json';
}

export function readDocument(text: string, format: Format): Document {
  return format === 'yaml' ? readYaml(text) : readJson(text);
}
