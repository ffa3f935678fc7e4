import type { ItemReading } from '../../workers/mapFiles/readMapItems.ts';
import { resourceOf } from '../integrations/resource.ts';
import { isObject, type Json, type JsonObject, own, textOf } from '../json.ts';
import { parsePath } from '../jsonpath/parse.ts';
import type { MapState } from '../model/model.ts';
import { errorNames, StatesError } from '../statesError.ts';
import { evaluate, pathAt } from '../template/evaluate.ts';
import { readTemplate } from '../template/read.ts';
import { type At, expressionScope, invalidPath, pathScope } from './at.ts';
import { effectiveInput } from './flow.ts';

/** Step Functions takes no more items, and a larger limit for none. */
const mostItems = 100_000_000;

/** The file or listing that the state's `ItemReader` names. @throws EvaluationError */
export function itemReadingOf(state: MapState, at: At): (ItemReading & JsonObject) | undefined {
  const reader = state.itemReader?.();
  if (reader === undefined) return undefined;
  const data = effectiveInput(state.flow(), at);
  const isExpression = state.language === 'JSONata';
  const scope = isExpression ? expressionScope(at) : pathScope(at, data);
  const given = reader.parameters === undefined ? {} : evaluate(reader.parameters, scope);
  const action = actionOf(reader.resource);
  const { Bucket, Key, Prefix } = isObject(given) ? given : {};
  if (typeof Bucket !== 'string' || Bucket === '') throw readerFailed('The ItemReader names no Bucket.');
  const { MaxItemsPath, ...fields } = reader.config;
  const config = isExpression
    ? evaluate(readTemplate(fields, state.language, 'ReaderConfig'), scope)
    : fields;
  const limit =
    typeof MaxItemsPath === 'string'
      ? pathAt(parsePath(MaxItemsPath), pathScope(at, data), invalidPath(MaxItemsPath))
      : isObject(config)
        ? own(config, 'MaxItems')
        : undefined;
  const maxItems = maxItemsOf(limit);
  return {
    action,
    bucket: Bucket,
    ...(typeof Key === 'string' && { key: Key }),
    ...(typeof Prefix === 'string' && { prefix: Prefix }),
    config: isObject(config) ? config : {},
    ...(maxItems !== undefined && { maxItems }),
  };
}

function actionOf(text: string): ItemReading['action'] {
  const resource = resourceOf(text);
  const action = resource.type === 'service' && resource.service === 's3' ? resource.action : '';
  if (action === 'getObject' || action === 'listObjectsV2') return action;
  throw readerFailed(`The ItemReader's resource '${text}' is not one that items are read from.`);
}

function maxItemsOf(limit: Json | undefined): number | undefined {
  if (limit === undefined) return undefined;
  const value = typeof limit === 'string' && /^-?\d+$/.test(limit) ? Number(limit) : limit;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw readerFailed(`field MaxItems must be a whole number, and is ${textOf(limit)}`);
  }
  if (value < 0) throw readerFailed('field MaxItems must be positive');
  return value === 0 || value > mostItems ? undefined : value;
}

function readerFailed(cause: string): Error {
  return new StatesError(errorNames.itemReader, cause);
}
