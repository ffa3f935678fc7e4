import type { MapState, ParallelState, TaskState } from '../model/model.ts';
import type { Template } from '../template/ast.ts';

/**
 * Whether a state asks for its input again once it runs: for its output, for a catcher, or for another attempt. Where it
 * does not, the input is not stored.
 */
export function neededInput(state: TaskState | ParallelState | MapState): boolean {
  if (state.retry.length > 0) return true;
  const flow = state.flow();
  if (flow.language === 'JSONPath') {
    const isWhole = (path: readonly unknown[] | 'discard') => path !== 'discard' && path.length === 0;
    return !isWhole(flow.resultPath) || state.catch.some(({ resultPath }) => !isWhole(resultPath()));
  }
  const fields = [
    flow.output,
    flow.assign,
    ...state.catch.flatMap((each) => [each.output?.(), each.assign?.()]),
  ];
  return fields.some((field) => field !== undefined && asksForInput(field));
}

/** An expression that has `$states` may ask for all of it. */
function asksForInput(template: Template): boolean {
  switch (template.type) {
    case 'literal':
      return false;
    case 'array':
      return template.items.some(asksForInput);
    case 'object':
      return template.entries.some(([, each]) => asksForInput(each));
    case 'expression':
      return /\$states(?!\s*\.\s*(?:result|errorOutput|context)\b)/.test(template.text);
    default:
      return true;
  }
}
