import { isAlias, isMap, isPair, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import type { Json } from '../json.ts';
import type { Document, SyntaxFault } from './document.ts';
import { Lines, type Position } from './positions.ts';

/** Reads YAML 1.2, and keeps where each part stands. Only its meaning in JSON counts. */
export function readYaml(text: string): Document {
  const lines = new Lines(text);
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'silent' });
  const faults = [...document.errors, ...document.warnings].map(
    ({ message, pos }): SyntaxFault => ({
      message: `It is not YAML: ${message}`,
      position: lines.at(pos[0]),
      pointer: '',
    }),
  );
  const positions = new Map<string, Position>();
  if (faults.length > 0) return { value: undefined, positions, faults };
  // Aliases are limited, so that a short text cannot stand for a huge one.
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  place(document.contents, '', positions, lines);
  const json: Json = JSON.parse(JSON.stringify(value ?? null));
  return { value: json, positions, faults };
}

function place(node: unknown, pointer: string, positions: Map<string, Position>, lines: Lines): void {
  if (isAlias(node)) return;
  if (isMap(node) || isSeq(node) || isScalar(node)) setPosition(node, pointer, positions, lines);
  if (isSeq(node)) {
    for (const [index, each] of node.items.entries()) place(each, `${pointer}/${index}`, positions, lines);
  }
  if (!isMap(node)) return;
  for (const pair of node.items) {
    if (!isPair(pair) || !isScalar(pair.key)) continue;
    const key = String(pair.key.value).replaceAll('~', '~0').replaceAll('/', '~1');
    place(pair.value, `${pointer}/${key}`, positions, lines);
    setPosition(pair.key, `${pointer}/${key}`, positions, lines);
  }
}

function setPosition(node: Node, pointer: string, positions: Map<string, Position>, lines: Lines): void {
  const [start] = node.range ?? [];
  if (start !== undefined) positions.set(pointer, lines.at(start));
}
