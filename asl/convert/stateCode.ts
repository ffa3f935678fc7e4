import { knownSeconds } from '../integrations/timing.ts';
import { isArray, isObject } from '../json.ts';
import type { FailText, MapState, TaskState } from '../model/model.ts';
import { fieldsIn } from '../model/readFields.ts';
import { array, type Code, call, object, type Property, string } from './code.ts';
import {
  amount,
  boolean,
  catchCode,
  given,
  left,
  leftWithResult,
  path,
  property,
  template,
  type Writing,
} from './stateFields.ts';
import { literalCode } from './values.ts';

/** Things that a state needs besides its own fields. */
export interface Around {
  /** Key of the state that a state leads to; that of the end, where it ends. */
  readonly target: string;
  readonly retry: Code | undefined;
  /** Names of the guards of its choices. */
  readonly guards: readonly string[];
  readonly branches: readonly Code[];
}

/** The function that makes a state, and its options. */
export interface StateCode {
  readonly maker: string;
  readonly options: readonly Property[];
}

export function stateCode(writing: Writing, around: Around): StateCode {
  const { state, fields, sights, values, keyOf } = writing;
  const target = property('target', string(around.target));
  const handling = [...property('retry', around.retry), ...property('catch', catchCode(writing))];
  switch (state.type) {
    case 'Pass': {
      const flow = state.flow();
      if (flow.language === 'JSONata')
        return { maker: 'passState', options: [...left(flow, writing), ...target] };
      const result = state.result === undefined ? [] : property('result', literalCode(state.result));
      return {
        maker: 'passState',
        options: [...given(flow, writing), ...result, ...leftWithResult(flow, writing), ...target],
      };
    }
    case 'Task':
      return {
        maker: 'taskState',
        options: [
          ...given(state.flow(), writing),
          ...timing(state, writing),
          ...leftWithResult(state.flow(), writing),
          ...handling,
          ...target,
        ],
      };
    case 'Choice': {
      const raw = isArray(fields.Choices) ? fields.Choices.filter(isObject) : [];
      const choices = state.choices.map((choice, index) =>
        object([
          { key: 'guard', value: string(around.guards[index] ?? '') },
          ...template('output', choice.output?.(), sights.before, values),
          ...template('assign', choice.assign?.(), sights.before, values),
          { key: 'target', value: string(keyOf(choice.next)) },
        ]),
      );
      return {
        maker: 'choiceState',
        options: [
          ...left(state.flow(), writing),
          ...property('choices', raw.length === 0 ? array([]) : array(choices)),
          ...(state.default === undefined ? [] : property('otherwise', string(keyOf(state.default)))),
        ],
      };
    }
    case 'Wait':
      return {
        maker: 'waitState',
        options: [
          ...amount(state.until.type, state.until.amount(), sights.before, values),
          ...left(state.flow(), writing),
          ...target,
        ],
      };
    case 'Succeed':
      return { maker: 'succeedState', options: [...left(state.flow(), writing), ...target] };
    case 'Fail':
      return {
        maker: 'failState',
        options: [
          ...failText('error', state.error?.(), writing),
          ...failText('cause', state.cause?.(), writing),
        ],
      };
    case 'Parallel':
      return {
        maker: 'parallelState',
        options: [
          ...given(state.flow(), writing),
          { key: 'branches', value: array(around.branches) },
          ...leftWithResult(state.flow(), writing),
          ...handling,
          ...target,
        ],
      };
    case 'Map':
      return {
        maker: 'mapState',
        options: [
          ...mapFields(state, writing),
          ...leftWithResult(state.flow(), writing),
          ...handling,
          ...target,
        ],
      };
  }
}

/** Options that the actor does not know. */
function timing(state: TaskState, { sights, values }: Writing): readonly Property[] {
  const evaluated = (key: 'timeoutSeconds' | 'heartbeatSeconds') => {
    const seconds = state[key]?.();
    return knownSeconds(seconds) === undefined ? amount(key, seconds, sights.before, values) : [];
  };
  return [...evaluated('timeoutSeconds'), ...evaluated('heartbeatSeconds')];
}

function failText(
  key: string,
  given: FailText | undefined,
  { sights, values }: Writing,
): readonly Property[] {
  if (given === undefined) return [];
  const { template: value, isPath } = given;
  const isQuery = isPath && (value.type === 'path' || value.type === 'call');
  return property(key, isQuery ? values.query(value) : values.value(value, sights.before));
}

function mapFields(state: MapState, writing: Writing): readonly Property[] {
  const { fields, sights, values } = writing;
  const { before } = sights;
  const items = state.items?.();
  const isQuery = items?.type === 'path' || items?.type === 'call' || items?.type === 'expression';
  const batcher = state.itemBatcher?.();
  const reader = state.itemReader?.();
  return [
    ...(state.language === 'JSONPath' ? path('inputPath', 'InputPath', fields) : []),
    ...property('items', items && (isQuery ? values.query(items) : values.value(items, before))),
    ...template('itemSelector', state.itemSelector?.(), before, values),
    ...property(
      'itemBatcher',
      batcher &&
        object([
          ...template('batchInput', batcher.batchInput, before, values),
          ...amount('maxItemsPerBatch', batcher.maxItems, before, values),
          ...amount('maxInputBytesPerBatch', batcher.maxBytes, before, values),
        ]),
    ),
    ...property(
      'itemReader',
      reader &&
        object([
          { key: 'resource', value: string(reader.resource) },
          ...template('parameters', reader.parameters, before, values),
          ...property(
            'config',
            literalCode(fieldsIn(fieldsIn(fields, 'ItemReader') ?? {}, 'ReaderConfig') ?? {}),
          ),
        ]),
    ),
    ...template('resultWriter', state.resultWriter?.(), before, values),
    ...amount('maxConcurrency', state.maxConcurrency?.(), before, values),
    ...(state.isDistributed ? property('distributed', boolean(true)) : []),
    ...amount('toleratedFailureCount', state.toleratedFailureCount?.(), before, values),
    ...amount('toleratedFailurePercentage', state.toleratedFailurePercentage?.(), before, values),
  ];
}

/** The actor of a Task state. */
export function resourceCode(state: TaskState, callee: string, worker: string | undefined): Code {
  const options = [
    ...property('timeoutSeconds', secondsCode(state.timeoutSeconds?.())),
    ...property('heartbeatSeconds', secondsCode(state.heartbeatSeconds?.())),
    ...property('worker', worker === undefined ? undefined : string(worker)),
  ];
  return call(callee, string(state.resource), ...(options.length > 0 ? [object(options)] : []));
}

function secondsCode(value: Parameters<typeof knownSeconds>[0]): Code | undefined {
  return value && literalCode(knownSeconds(value) ?? 'evaluated');
}
