import { isObject, type Json } from '../json.ts';
import type { StateType } from '../model/model.ts';
import type { Template } from '../template/ast.ts';
import type { Variables } from '../template/evaluate.ts';
import type { Given } from './config.ts';
import type { Observing } from './observer.ts';
import type { ObservedPlace } from './place.ts';

interface Exit {
  readonly state: StateType;
  readonly output: Json;
  /** All of the scope. */
  readonly variables: Variables;
  /** The state's own `Assign`, or its catcher's or rule's. */
  readonly assign: Template | undefined;
  readonly isLast: boolean;
}

/** Reports that a state is left. */
export function observeExit(
  builder: Observing,
  given: Pick<Given, 'context' | 'self'>,
  place: ObservedPlace,
  { state, output, variables, assign, isLast }: Exit,
): void {
  const names = assign === undefined ? [] : namesIn(assign);
  builder.observe(given, place, {
    type: 'exited',
    state,
    output,
    isLast,
    ...(names.length > 0 && { assigned: valuesOf(names, variables) }),
  });
}

function namesIn(assign: Template): readonly string[] {
  if (assign.type === 'object') return assign.entries.map(([name]) => name);
  return assign.type === 'literal' && isObject(assign.value) ? Object.keys(assign.value) : [];
}

function valuesOf(names: readonly string[], variables: Variables): Variables {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = variables[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
