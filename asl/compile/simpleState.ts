import { waitUntil } from '../dataflow/amounts.ts';
import { choose } from '../dataflow/choose.ts';
import { failureOf } from '../dataflow/fail.ts';
import { argumentsOf, leftWithoutResult, leftWithResult } from '../dataflow/flow.ts';
import type { ChoiceState, FailState, PassState, SucceedState, WaitState } from '../model/model.ts';
import type { Template } from '../template/ast.ts';
import { act, atOf, endIfFailed, type Turn, whenFrame, withState } from './act.ts';
import type { Builder } from './builder.ts';
import type { AslMeta, StateConfig, TransitionConfig } from './config.ts';
import type { Frame } from './context.ts';
import { checkSize } from './limits.ts';
import { observeExit } from './observeExit.ts';
import type { ObservedPlace, StatePlace } from './place.ts';
import { enterState } from './shell.ts';

type Simple = PassState | WaitState | ChoiceState | SucceedState | FailState;

/** A state that is over as soon as it is entered, or after some time. */
export function simpleState(state: Simple, place: StatePlace, builder: Builder): StateConfig {
  const { scope, id } = place;
  const enter = enterState(state, place, builder);
  const observed = { ...place, name: state.name };
  const run = act(scope, (turn) => ran(state, turn, observed, builder), 1);
  const config = {
    id,
    meta: { asl: metaOf(state) },
    entry: [enter, run, endIfFailed(observed, builder)],
  };
  const succeeded = whenFrame(scope, ({ failure }) => failure === undefined);
  switch (state.type) {
    case 'Fail':
      return config;
    case 'Succeed':
      return { ...config, always: [{ guard: succeeded, target: place.to({ type: 'end' }) }] };
    case 'Pass':
      return { ...config, always: [{ guard: succeeded, target: place.to(state.next) }] };
    case 'Choice':
      return { ...config, always: choicesOf(state, place) };
    case 'Wait': {
      const leave = act(scope, (turn) => left(state, turn, observed, builder));
      const delay = builder.delayOf(scope, `wait ${id}`);
      return {
        ...config,
        initial: 'waiting',
        states: {
          waiting: { after: { [delay]: { target: 'over', guard: succeeded } } },
          over: {
            entry: [leave, endIfFailed(observed, builder)],
            always: [{ guard: succeeded, target: place.to(state.next) }],
          },
        },
      };
    }
  }
}

function metaOf(state: Simple): AslMeta {
  const { name, type } = state;
  if (state.type === 'Choice') return { name, type, choices: state.choices.map(({ text }) => text) };
  return state.type === 'Wait' ? { name, type, waits: waitText(state) } : { name, type };
}

function waitText({ until: { type, amount } }: WaitState): string {
  const given = amount();
  const text = given.type === 'literal' ? String(given.value) : given.type === 'path' ? given.text : '';
  if (text === '') return type;
  return type === 'timestamp' ? `at ${text}` : given.type === 'literal' ? `${text} s` : text;
}

function choicesOf(state: ChoiceState, { scope, to }: StatePlace): readonly TransitionConfig[] {
  const goes = (way: string) =>
    whenFrame(scope, (frame) => frame.failure === undefined && frame.state?.way === way);
  const choices = state.choices.map(
    ({ next }, index): TransitionConfig => ({
      guard: goes(`choice ${index}`),
      target: to({ type: 'state', name: next }),
    }),
  );
  if (state.default === undefined) return choices;
  return [...choices, { guard: goes('default'), target: to({ type: 'state', name: state.default }) }];
}

function ran(state: Simple, turn: Turn, place: ObservedPlace, builder: Builder): Frame {
  const at = atOf(turn, builder.identity);
  switch (state.type) {
    case 'Fail':
      throw failureOf(state, at);
    case 'Choice': {
      const { rule, output, variables } = choose(state, at);
      const way = rule === undefined ? 'default' : (`choice ${rule}` as const);
      const data = checkSize(state, output);
      const assign = assignOf(state, rule);
      observeExit(builder, turn, place, { state: state.type, output, variables, assign, isLast: false });
      return { ...withState(turn.frame, { way }), data, variables };
    }
    case 'Wait':
      return withState(turn.frame, { delayMs: waitUntil(state, at) - turn.surroundings.now });
    case 'Pass':
    case 'Succeed':
      return left(state, turn, place, builder);
  }
}

/** The frame with what the state leaves behind. */
function left(
  state: PassState | WaitState | SucceedState,
  turn: Turn,
  place: ObservedPlace,
  builder: Builder,
): Frame {
  const at = atOf(turn, builder.identity);
  const flow = state.flow();
  const isPass = state.type === 'Pass' && flow.language === 'JSONPath';
  const { output, variables } = isPass
    ? leftWithResult(flow, state.result ?? argumentsOf(flow, at), at)
    : leftWithoutResult(flow, at);
  const data = checkSize(state, output);
  const isLast = state.type === 'Succeed' || state.next.type === 'end';
  observeExit(builder, turn, place, { state: state.type, output, variables, assign: flow.assign, isLast });
  return { ...turn.frame, data, variables };
}

function assignOf(state: ChoiceState, rule: number | undefined): Template | undefined {
  return rule === undefined ? state.flow().assign : state.choices[rule]?.assign?.();
}
