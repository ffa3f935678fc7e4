import { checkCallOptions } from '../checkCallOptions.ts';
import { positionOf } from '../document/positions.ts';
import { type Format, readDocument } from '../document/readDocument.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { errorsIn, InvalidDefinitionError, loadDefinition } from '../load.ts';
import { substituted } from '../substitutions.ts';
import { ModuleWriter } from './moduleWriter.ts';
import { type ConvertOptions, convertOptionKeys } from './options.ts';
import { PlacedError, UnconvertibleDefinitionError } from './unconvertible.ts';

/**
 * A definition's text as the source of a TypeScript module that exports an XState machine.
 *
 * @throws InvalidDefinitionError, UnconvertibleDefinitionError
 */
export function convertText(source: string, format: Format, options: ConvertOptions): string {
  checkCallOptions('convertText', options, convertOptionKeys);
  const { type } = options;
  const loaded = loadDefinition(source, format, { ...(type !== undefined && { type }) });
  const errors = errorsIn(loaded);
  if (errors.length > 0 || loaded.definition === undefined)
    throw new InvalidDefinitionError(`'${options.id}'`, errors);
  try {
    return convertDefinition(loaded.definition, options);
  } catch (error) {
    if (!(error instanceof PlacedError)) throw error;
    const { positions } = readDocument(source, format);
    throw new UnconvertibleDefinitionError(
      error.pointer,
      positionOf(positions, error.pointer)?.line,
      error.message,
    );
  }
}

/**
 * As {@link convertText}, of a definition that was found valid before.
 *
 * @throws PlacedError
 */
export function convertDefinition(definition: JsonObject, options: ConvertOptions): string {
  checkCallOptions('convertDefinition', options, convertOptionKeys);
  const json = substituted(asJson(definition), options.substitutions ?? {});
  return new ModuleWriter(isObject(json) ? json : {}, options).source();
}

function asJson(value: JsonObject): Json {
  const json: Json = JSON.parse(JSON.stringify(value));
  return json;
}
