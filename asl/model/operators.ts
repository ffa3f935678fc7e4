import type { Operator, Order } from './model.ts';

/** The meaning of a comparison operator of a Choice state; undefined for any other name. */
export function operatorOf(
  name: string,
): { readonly operator: Operator; readonly isPath: boolean } | undefined {
  const isPath = name.endsWith('Path');
  const operator = operators.get(isPath ? name.slice(0, -4) : name);
  if (operator === undefined || (isPath && operator.type !== 'compare')) return undefined;
  return { operator, isPath };
}

const orders: readonly Order[] = ['Equals', 'LessThan', 'GreaterThan', 'LessThanEquals', 'GreaterThanEquals'];

const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ...(['String', 'Numeric', 'Timestamp'] as const).flatMap((kind) =>
    orders.map((order): [string, Operator] => [`${kind}${order}`, { type: 'compare', kind, order }]),
  ),
  ['BooleanEquals', { type: 'compare', kind: 'Boolean', order: 'Equals' }],
  ['StringMatches', { type: 'matches' }],
  ...(['Boolean', 'Numeric', 'String', 'Timestamp', 'Null', 'Present'] as const).map(
    (kind): [string, Operator] => [`Is${kind}`, { type: 'is', kind }],
  ),
]);

/** Keys of a choice that are not operators. */
export const choiceKeys: readonly string[] = ['Variable', 'Next', 'Comment', 'Assign', 'Output', 'Condition'];
