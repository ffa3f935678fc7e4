import type { StateGraph } from '../model/model.ts';
import { within } from '../validate/problem.ts';
import { located } from './unconvertible.ts';

/**
 * Reads all that the model reads when it is needed: an expression that does not follow its grammar is found before anything
 * is written.
 *
 * @throws PlacedError
 */
export function readAll({ states }: StateGraph, pointer: string): void {
  for (const state of states) {
    const place = within(pointer, 'States', state.name);
    const { branches = [], processor, ...own } = { branches: undefined, processor: undefined, ...state };
    located(place, () => readParts(own));
    for (const [index, branch] of branches.entries()) readAll(branch, within(place, 'Branches', index));
    if (processor) readAll(processor, within(place, 'ItemProcessor'));
  }
}

function readParts(value: unknown): void {
  const found: unknown = typeof value === 'function' && value.length === 0 ? value() : value;
  if (Array.isArray(found)) found.forEach(readParts);
  else if (isPlain(found)) Object.values(found).forEach(readParts);
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
