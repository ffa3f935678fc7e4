import { createHash } from 'node:crypto';
import type { AnyStateNode } from 'xstate';
import { childNodes, configOf, property } from './xstateInternals.ts';

/** Hex digits of each of its halves. */
const halfLength = 8;

/**
 * A hash of a machine's definition in two halves: of its states alone, by which positions of states mean something, and of
 * everything but the code of functions.
 */
export function definitionHashOf(root: AnyStateNode): string {
  return hashOf(statesOf(root)) + hashOf(structureOf(root));
}

/** The hash of a machine that hosts others for items of its lists: their states are stored with its own. */
export function hashWithItems(hash: string, items: readonly { readonly definitionHash: string }[]): string {
  if (items.length === 0) return hash;
  const hashes = [hash, ...items.map(({ definitionHash }) => definitionHash)];
  return hashOf(hashes.map((each) => each.slice(0, halfLength))) + hashOf(hashes);
}

/** Whether two definitions have the same states in the same order, whatever else differs. */
export function hasSameStates(hash: string, other: string): boolean {
  return hash.slice(0, halfLength) === other.slice(0, halfLength);
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, halfLength);
}

function statesOf(node: AnyStateNode): unknown {
  return [node.key, node.type, node.history, childNodes(node).map(statesOf)];
}

/** Keys that say nothing of the states' structure, or that cannot be compared from one text to the next. */
const notStructure = new Set([
  'types',
  'schemas',
  'meta',
  'description',
  'version',
  'tags',
  'context',
  'states',
]);

function structureOf(node: AnyStateNode): unknown {
  const own = Object.entries(configOf(node)).filter(([key]) => !notStructure.has(key));
  const states = childNodes(node).map((child) => [child.key, structureOf(child)]);
  return [own.map(([key, value]) => [key, reduce(value)]), states];
}

/** A function is reduced to its presence, or to the built-in action or guard that it is. */
function reduce(value: unknown): unknown {
  if (typeof value === 'function') return property(value, 'type') ?? 'function';
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map(reduce);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).map(([key, part]) => [key, reduce(part)]);
}
