import { isObject, type Json } from '../json.ts';
import { checkExclusive, checkFields, type Part, requireFields, requireOne } from './checkFields.ts';
import { within } from './problem.ts';
import * as check from './values.ts';

const longestLabel = 40;

/** Fields of a Map state, but for the states of its items. */
export function checkMap(part: Part): void {
  requireOne(part, ['ItemProcessor', 'Iterator']);
  const { Label } = part.fields;
  if (
    typeof Label === 'string' &&
    (Label.length > longestLabel || /[\s?*<>{}[\]:;,\\|^~$#%&`"/]/.test(Label))
  ) {
    const message = `"Label" is "${Label}", and must have at most ${longestLabel} characters and no space or wildcard`;
    part.report({
      code: 'SCHEMA_VALIDATION_FAILED',
      pointer: within(part.pointer, 'Label'),
      message,
      remedy: 'write a short word',
    });
  }
  const reader = partIn(part, 'ItemReader');
  if (reader) checkReader(reader);
  const batcher = partIn(part, 'ItemBatcher');
  if (batcher) checkBatcher(batcher);
  const writer = partIn(part, 'ResultWriter');
  if (writer) {
    checkFields(writer, { Resource: check.text, ...argumentsOf(writer), WriterConfig: check.object });
  }
}

/** An object in a field. Any other value is reported where the field is. */
export function partIn(part: Part, key: string): Part | undefined {
  const value: Json | undefined = part.fields[key];
  return isObject(value) ? { ...part, fields: value, pointer: within(part.pointer, key) } : undefined;
}

function argumentsOf({ language }: Part): Readonly<Record<string, check.Check>> {
  return language === 'JSONata' ? { Arguments: check.template } : { Parameters: check.template };
}

function checkReader(reader: Part): void {
  requireFields(reader, ['Resource']);
  checkFields(reader, { Resource: check.text, ReaderConfig: check.object, ...argumentsOf(reader) });
  const config = partIn(reader, 'ReaderConfig');
  if (config === undefined) return;
  checkExclusive(config, ['MaxItems', 'MaxItemsPath']);
  checkFields(config, {
    InputType: check.oneOf('CSV', 'JSON', 'JSONL', 'MANIFEST', 'PARQUET'),
    Transformation: check.oneOf('NONE', 'LOAD_AND_FLATTEN'),
    ManifestType: check.oneOf('ATHENA_DATA', 'S3_INVENTORY'),
    CSVDelimiter: check.oneOf('COMMA', 'PIPE', 'SEMICOLON', 'SPACE', 'TAB'),
    CSVHeaderLocation: check.oneOf('FIRST_ROW', 'GIVEN'),
    CSVHeaders: check.anything,
    ItemsPointer: check.text,
    MaxItems: check.number({ least: 0 }),
    ...(config.language === 'JSONPath' && { MaxItemsPath: check.path }),
    ExpectedBucketOwner: check.text,
  });
}

function checkBatcher(batcher: Part): void {
  const limits = ['MaxItemsPerBatch', 'MaxInputBytesPerBatch'];
  for (const limit of limits) checkExclusive(batcher, [limit, `${limit}Path`]);
  const size = check.number({ least: 1 });
  checkFields(batcher, {
    BatchInput: check.template,
    MaxItemsPerBatch: size,
    MaxInputBytesPerBatch: check.number({ least: 1, most: 262_144 }),
    ...(batcher.language === 'JSONPath' && {
      MaxItemsPerBatchPath: check.path,
      MaxInputBytesPerBatchPath: check.path,
    }),
  });
}
