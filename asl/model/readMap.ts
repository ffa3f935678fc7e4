import { type Lazy, lazily } from '../lazily.ts';
import type { QueryLanguage, Template } from '../template/ast.ts';
import { readQuery, readTemplate } from '../template/read.ts';
import type { ItemBatcher, ItemReader, MapState, StateGraph } from './model.ts';
import { amountOf, type Fields, fieldsIn, lazyTemplate, textIn } from './readFields.ts';

export type MapFields = Omit<MapState, 'name' | 'language' | 'type' | 'flow' | 'next' | 'retry' | 'catch'>;

/** What Map states have and others have not. */
export function readMap(fields: Fields, language: QueryLanguage, processor: StateGraph): MapFields {
  const selector = fields.ItemSelector === undefined ? 'Parameters' : 'ItemSelector';
  return {
    isDistributed: isDistributed(fields),
    items: itemsOf(fields, language),
    itemSelector: lazyTemplate(fields, selector, language),
    itemBatcher: batcherOf(fields, language),
    itemReader: readerOf(fields, language),
    resultWriter: lazyTemplate(fields, 'ResultWriter', language),
    maxConcurrency: amountOf(fields, 'MaxConcurrency', language),
    toleratedFailureCount: amountOf(fields, 'ToleratedFailureCount', language),
    toleratedFailurePercentage: amountOf(fields, 'ToleratedFailurePercentage', language),
    label: typeof fields.Label === 'string' ? fields.Label : undefined,
    processor,
  };
}

function isDistributed(fields: Fields): boolean {
  const processor = fieldsIn(fields, 'ItemProcessor') ?? fieldsIn(fields, 'Iterator') ?? {};
  return fieldsIn(processor, 'ProcessorConfig')?.Mode === 'DISTRIBUTED';
}

function itemsOf(fields: Fields, language: QueryLanguage): Lazy<Template> | undefined {
  if (language === 'JSONata') return lazyTemplate(fields, 'Items', language);
  const { ItemsPath } = fields;
  return typeof ItemsPath === 'string' && ItemsPath !== ''
    ? lazily(() => readQuery(ItemsPath, 'ItemsPath'))
    : undefined;
}

function batcherOf(fields: Fields, language: QueryLanguage): Lazy<ItemBatcher> | undefined {
  const batcher = fieldsIn(fields, 'ItemBatcher');
  if (batcher === undefined) return undefined;
  return lazily(() => ({
    batchInput: lazyTemplate(batcher, 'BatchInput', language)?.(),
    maxItems: amountOf(batcher, 'MaxItemsPerBatch', language)?.(),
    maxBytes: amountOf(batcher, 'MaxInputBytesPerBatch', language)?.(),
  }));
}

function readerOf(fields: Fields, language: QueryLanguage): Lazy<ItemReader> | undefined {
  const reader = fieldsIn(fields, 'ItemReader');
  if (reader === undefined) return undefined;
  const parameters = language === 'JSONata' ? reader.Arguments : reader.Parameters;
  return lazily(() => ({
    resource: textIn(reader, 'Resource'),
    parameters: parameters === undefined ? undefined : readTemplate(parameters, language, 'ItemReader'),
    config: fieldsIn(reader, 'ReaderConfig') ?? {},
  }));
}
