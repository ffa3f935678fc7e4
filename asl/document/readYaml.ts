import { isAlias, isMap, isPair, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import { numberTextProblem } from '../../orchestrator/core/data/numbers.ts';
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
  const rounded = [...roundedNumbers(document.contents, '')].map(({ message, pointer }): SyntaxFault => {
    return { message, pointer, position: positions.get(pointer) ?? lines.at(0) };
  });
  const json: Json = JSON.parse(JSON.stringify(value ?? null));
  return { value: json, positions, faults: rounded };
}

function* roundedNumbers(
  node: unknown,
  pointer: string,
): Generator<Pick<SyntaxFault, 'message' | 'pointer'>> {
  if (isScalar(node) && typeof node.value === 'number' && node.source !== undefined) {
    // A number may be written in another base, too.
    const problem = /\.(inf|nan)$/i.test(node.source)
      ? `is ${node.source}, which JSON does not have: send a string`
      : numberTextProblem(node.source);
    if (problem !== undefined) yield { message: `The number ${problem}`, pointer };
  } else if (isSeq(node)) {
    for (const [index, each] of node.items.entries()) yield* roundedNumbers(each, `${pointer}/${index}`);
  } else if (isMap(node)) {
    for (const pair of node.items) {
      if (isPair(pair) && isScalar(pair.key))
        yield* roundedNumbers(pair.value, pointerTo(pointer, pair.key.value));
    }
  }
}

function pointerTo(parent: string, key: unknown): string {
  return `${parent}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
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
    const inner = pointerTo(pointer, pair.key.value);
    place(pair.value, inner, positions, lines);
    setPosition(pair.key, inner, positions, lines);
  }
}

function setPosition(node: Node, pointer: string, positions: Map<string, Position>, lines: Lines): void {
  const [start] = node.range ?? [];
  if (start !== undefined) positions.set(pointer, lines.at(start));
}
