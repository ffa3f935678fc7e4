import { leftWithResult } from '../dataflow/flow.ts';
import type { Json } from '../json.ts';
import type { MapState, ParallelState, TaskState } from '../model/model.ts';
import { atOf, type Turn } from './act.ts';
import type { Builder } from './builder.ts';
import type { Frame } from './context.ts';
import { checkSize } from './limits.ts';
import { observeExit } from './observeExit.ts';
import type { StatePlace } from './place.ts';

/**
 * The data and variables that a state with a result leaves behind.
 *
 * @throws StatesError `States.DataLimitExceeded`; EvaluationError where its fields cannot be evaluated
 */
export function leaveWithResult(
  state: TaskState | ParallelState | MapState,
  result: Json,
  turn: Turn,
  place: StatePlace,
  builder: Builder,
): Pick<Frame, 'data' | 'variables'> {
  const flow = state.flow();
  const { output, variables } = leftWithResult(flow, result, atOf(turn, builder.identity));
  const data = checkSize(state, output);
  const observed = { ...place, name: state.name };
  const isLast = state.next.type === 'end';
  observeExit(builder, turn, observed, { state: state.type, output, variables, assign: flow.assign, isLast });
  return { data, variables };
}
