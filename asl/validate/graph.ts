import { isArray, isObject, type Json } from '../json.ts';
import { type Report, within } from './problem.ts';

/** The states of a definition, a branch or an iterator, as JSON. */
export interface Graph {
  readonly startAt: Json | undefined;
  readonly states: { readonly [name: string]: Json };
  readonly pointer: string;
}

/** Whether transitions lead to states of the same graph, every state is reached, and the graph comes to an end. */
export function checkTransitions({ startAt, states, pointer }: Graph, report: Report): void {
  const reached = new Set<string>();
  const lead = (target: Json | undefined, from: string) => {
    if (typeof target !== 'string' || target.includes('${')) return;
    if (Object.hasOwn(states, target)) reached.add(target);
    else {
      const message = `State "${target}" does not exist here`;
      report({
        code: 'MISSING_TRANSITION_TARGET',
        pointer: from,
        message,
        remedy: 'write the name of a state in the same States field',
      });
    }
  };
  lead(startAt, within(pointer, 'StartAt'));
  let hasEnd = false;
  for (const [name, state] of Object.entries(states)) {
    if (!isObject(state)) continue;
    const place = within(pointer, 'States', name);
    if (state.End === true || state.Type === 'Succeed' || state.Type === 'Fail') hasEnd = true;
    for (const [target, from] of targetsOf(state, place)) lead(target, from);
  }
  const names = Object.keys(states);
  for (const name of names) {
    if (reached.has(name)) continue;
    const message = `State "${name}" is not reachable: no transition leads to it`;
    const remedy = 'leave it out, or lead to it by Next, Default, Catch or StartAt';
    report({ code: 'MISSING_TRANSITION_TARGET', pointer: within(pointer, 'States', name), message, remedy });
  }
  if (names.length > 0 && !hasEnd) {
    const message = 'No state ends here: no state has "End": true or the type Succeed or Fail';
    report({
      code: 'SCHEMA_VALIDATION_FAILED',
      pointer: within(pointer, 'States'),
      message,
      remedy: 'add "End": true to the last state',
    });
  }
}

function* targetsOf(
  state: { readonly [key: string]: Json },
  pointer: string,
): Generator<readonly [Json | undefined, string]> {
  yield [state.Next, within(pointer, 'Next')];
  if (state.Type === 'Choice') yield [state.Default, within(pointer, 'Default')];
  for (const key of ['Choices', 'Catch']) {
    const list = state[key];
    if (!isArray(list)) continue;
    for (const [index, each] of list.entries()) {
      if (isObject(each)) yield [each.Next, within(pointer, key, index, 'Next')];
    }
  }
}
