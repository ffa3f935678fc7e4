import { isArray, type Json, textOf } from '../json.ts';
import type { Surroundings } from '../random.ts';
import { intrinsicError } from '../statesError.ts';
import type { IntrinsicName } from './ast.ts';

export type Arguments = readonly Json[];
export type Intrinsic = (given: Arguments, surroundings: Surroundings) => Json;
/** All but `Format`, which sees its first argument before its backslashes are taken. */
export type Intrinsics = Readonly<Record<Exclude<IntrinsicName, 'Format'>, Intrinsic>>;

/** @throws StatesError */
export function arrayAt(given: Arguments, place: number, name: IntrinsicName): readonly Json[] {
  const value = given[place];
  return isArray(value) ? value : refuse(given, place, name, 'an array');
}

export function textAt(given: Arguments, place: number, name: IntrinsicName): string {
  const value = given[place];
  return typeof value === 'string' ? value : refuse(given, place, name, 'a string');
}

/** A number, rounded: as Step Functions takes numbers where it needs whole ones. */
export function integerAt(given: Arguments, place: number, name: IntrinsicName): number {
  const value = given[place];
  return typeof value === 'number' ? rounded(value) : refuse(given, place, name, 'a number');
}

export function refuse(given: Arguments, place: number, name: IntrinsicName, wanted: string): never {
  const value = textOf(given[place] ?? null).slice(0, 100);
  throw intrinsicError(
    `The function 'States.${name}' needs ${wanted} as argument ${place + 1}, not ${value}`,
  );
}

/** Halves go away from zero. */
function rounded(value: number): number {
  return value < 0 ? 0 - Math.round(-value) : Math.round(value);
}
