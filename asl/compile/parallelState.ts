import { argumentsOf } from '../dataflow/flow.ts';
import type { ParallelState } from '../model/model.ts';
import { act, atOf, type Changes, frameOf, type Turn } from './act.ts';
import type { Builder } from './builder.ts';
import type { StateConfig } from './config.ts';
import type { Frame } from './context.ts';
import { leaveWithResult } from './leaveWithResult.ts';
import { checkSize } from './limits.ts';
import type { StatePlace } from './place.ts';
import { running, shellOf } from './shell.ts';

/** Its branches are regions of one XState state, each with a frame of its own. */
export function parallelState(state: ParallelState, place: StatePlace, builder: Builder): StateConfig {
  const { scope, id, to } = place;
  const scopes = state.branches.map((_, index) => `${id}.${index}`);
  const call = (turn: Turn): Changes => {
    const data = argumentsOf(state.flow(), atOf(turn, builder.identity));
    const { variables } = turn.frame;
    const branches = scopes.map((each): [string, Frame] => [each, { variables, data }]);
    builder.observe(turn, { ...place, name: state.name }, { type: 'parallelStarted', scopes });
    return { ...Object.fromEntries(branches), [scope]: running(state, turn.frame) };
  };
  const regions = state.branches.map((branch, index): [string, StateConfig] => {
    const endId = builder.newId();
    const path = `${place.path}${state.name}/${index}/`;
    return [String(index), builder.region(branch, { scope: scopes[index] ?? '', path, endId })];
  });
  return shellOf(
    { state, id, place, to, call, running: runningState(state, place, scopes, regions, builder) },
    builder,
  );
}

function runningState(
  state: ParallelState,
  place: StatePlace,
  scopes: readonly string[],
  regions: readonly (readonly [string, StateConfig])[],
  builder: Builder,
): StateConfig {
  const { scope } = place;
  const observed = { ...place, name: state.name };
  const gone = Object.fromEntries(scopes.map((each) => [each, undefined]));
  const oneFailed = act(scope, (turn) => {
    const { frame, context } = turn;
    const failed = scopes.find((each) => frameOf(context, each).hasFailed);
    if (failed !== undefined) builder.observe(turn, observed, { type: 'parallelFailed', scope: failed });
    const failure = failed === undefined ? {} : (frameOf(context, failed).failure ?? {});
    return { ...gone, [scope]: { ...frame, failure } };
  });
  const succeeded = act(scope, (turn) => {
    const results = scopes.map((each) => frameOf(turn.context, each).data);
    checkSize(state, results);
    builder.observe(turn, observed, { type: 'parallelSucceeded' });
    const left = leaveWithResult(state, results, turn, place, builder);
    return { ...gone, [scope]: { ...turn.frame, ...left } };
  });
  // Where that fails, the branches' frames are still there.
  const dropBranches = act(scope, ({ frame }) => ({ ...gone, [scope]: frame }));
  return {
    type: 'parallel',
    states: Object.fromEntries(regions),
    always: [
      {
        guard: ({ context }) => scopes.some((each) => frameOf(context, each).hasFailed === true),
        target: 'failed',
        actions: [oneFailed],
      },
    ],
    onDone: { target: 'done', actions: [succeeded, dropBranches] },
  };
}
