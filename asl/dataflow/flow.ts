import type { Json } from '../json.ts';
import type { Flow, PathFlow } from '../model/model.ts';
import { evaluate } from '../template/evaluate.ts';
import { type At, assigned, expressionScope, type Left, pathScope, selected } from './at.ts';
import { withResult } from './resultPath.ts';

/** The input after `InputPath`. In JSONata there is no such field. */
export function effectiveInput(flow: Flow, at: At): Json {
  return flow.language === 'JSONata' ? at.input : selected(flow.inputPath, pathScope(at, at.input));
}

/** The arguments of a Task or Parallel state: `Parameters` or `Arguments`, else its input. */
export function argumentsOf(flow: Flow, at: At): Json {
  if (flow.language === 'JSONata') {
    return flow.arguments === undefined ? at.input : evaluate(flow.arguments, expressionScope(at));
  }
  const input = effectiveInput(flow, at);
  return flow.parameters === undefined ? input : evaluate(flow.parameters, pathScope(at, input));
}

/** The output and variables of a state that has a result. */
export function leftWithResult(flow: Flow, result: Json, at: At): Left {
  if (flow.language === 'JSONata') {
    const scope = expressionScope(at, { result });
    const output = flow.output === undefined ? result : evaluate(flow.output, scope);
    return { output, variables: assigned(flow.assign, at, scope) };
  }
  return pathResult(flow, result, at).left;
}

/** The steps of a result through the fields of a state in JSONPath. */
export interface PathResult {
  readonly afterResultSelector: Json;
  readonly afterResultPath: Json;
  readonly left: Left;
}

/** @throws EvaluationError */
export function pathResult(flow: PathFlow, result: Json, at: At): PathResult {
  const chosen =
    flow.resultSelector === undefined ? result : evaluate(flow.resultSelector, pathScope(at, result));
  const afterResultPath = combined(flow, chosen, at.input);
  const output = selected(flow.outputPath, pathScope(at, afterResultPath));
  const variables = assigned(flow.assign, at, pathScope(at, chosen));
  return { afterResultSelector: chosen, afterResultPath, left: { output, variables } };
}

function combined({ resultPath }: PathFlow, result: Json, input: Json): Json {
  return resultPath === 'discard' ? input : withResult(input, resultPath, result);
}

/** The output and variables of a state without a result: Wait, Succeed, and in JSONata Pass. */
export function leftWithoutResult(flow: Flow, at: At): Left {
  if (flow.language === 'JSONata') {
    const scope = expressionScope(at);
    const output = flow.output === undefined ? at.input : evaluate(flow.output, scope);
    return { output, variables: assigned(flow.assign, at, scope) };
  }
  const scope = pathScope(at, effectiveInput(flow, at));
  return { output: selected(flow.outputPath, scope), variables: assigned(flow.assign, at, scope) };
}
