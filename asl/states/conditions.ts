import { frameOf } from '../compile/act.ts';
import type { Context } from '../compile/context.ts';
import type { Json } from '../json.ts';
import { parsePath } from '../jsonpath/parse.ts';
import type { Condition } from '../model/model.ts';
import { operatorOf } from '../model/operators.ts';
import type { Variables } from '../template/evaluate.ts';
import type { StateData } from '../template/stateData.ts';
import { templateOf, type Value } from './expressions.ts';

/** A condition that {@link test}, {@link allOf}, {@link anyOf} or {@link not} made. */
export class ChoiceCondition {
  readonly condition: Condition;
  constructor(condition: Condition) {
    this.condition = condition;
  }
}

/** The comparison operators of Choice states in JSONPath. */
export type OperatorName =
  | `${'String' | 'Numeric' | 'Timestamp'}${'Equals' | 'LessThan' | 'GreaterThan' | 'LessThanEquals' | 'GreaterThanEquals'}${'' | 'Path'}`
  | `BooleanEquals${'' | 'Path'}`
  | 'StringMatches'
  | `Is${'Boolean' | 'Numeric' | 'String' | 'Timestamp' | 'Null' | 'Present'}`;

/**
 * Compares what a path leads to, by the rules of Amazon States Language: values of other kinds than the operator's are
 * neither equal nor less nor greater, and a path that leads to nothing fails the state.
 *
 *     test('$.total', 'NumericGreaterThan', 100)
 *     test('$.total', 'NumericGreaterThanPath', '$limit')
 */
export function test(variable: string, name: OperatorName, value: Json): ChoiceCondition {
  const known = operatorOf(name);
  if (known === undefined) throw new Error(`'${name}' is not a comparison operator.`);
  return new ChoiceCondition({
    type: 'test',
    variable: parsePath(variable),
    operator: known.operator,
    operand:
      known.isPath && typeof value === 'string'
        ? { type: 'path', path: parsePath(value) }
        : { type: 'value', value },
  });
}

/** Every condition holds. They are looked at in order, up to the first that does not. */
export function allOf(...conditions: readonly ChoiceCondition[]): ChoiceCondition {
  return new ChoiceCondition({ type: 'and', conditions: conditions.map(({ condition }) => condition) });
}

/** One of the conditions holds. They are looked at in order, up to the first that does. */
export function anyOf(...conditions: readonly ChoiceCondition[]): ChoiceCondition {
  return new ChoiceCondition({ type: 'or', conditions: conditions.map(({ condition }) => condition) });
}

export function not({ condition }: ChoiceCondition): ChoiceCondition {
  return new ChoiceCondition({ type: 'not', condition });
}

/** Where a Choice state asks for a guard: it has evaluated the conditions as it was entered. */
export interface ChoicePlace {
  readonly scope: string;
  readonly way: string;
}

/** A guard of Choice states. */
export type ChoiceGuard = (given: { readonly context: Context }, place: ChoicePlace) => boolean;

const conditions = new WeakMap<ChoiceGuard, Condition>();

/**
 * A guard for the choices of a Choice state, from tests or from a function or expression that gives a boolean:
 *
 *     guards: {
 *       isLarge: when(test('$.total', 'NumericGreaterThan', 100)),
 *       isLast: when(({ variables }: StateData<Json, Variables>) => variables.count === 0),
 *     },
 */
export function when<Input extends Json = Json, Assigned extends Variables = Variables>(
  condition: ChoiceCondition | Value<StateData<Input, Assigned>>,
): ChoiceGuard {
  const guard: ChoiceGuard = ({ context }, { scope, way }) => {
    const { failure, state } = frameOf(context, scope);
    return failure === undefined && state?.way === way;
  };
  conditions.set(
    guard,
    condition instanceof ChoiceCondition
      ? condition.condition
      : { type: 'expression', template: templateOf(condition, 'Condition') },
  );
  return guard;
}

export function conditionOf(guard: ChoiceGuard): Condition | undefined {
  return conditions.get(guard);
}
