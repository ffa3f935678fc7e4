import { checkCallOptions } from '../checkCallOptions.ts';
import type { Format } from '../document/readDocument.ts';
import { loadDefinition, type PlacedProblem } from '../load.ts';
import { type ValidateOptions, validateOptionKeys } from '../validate/validate.ts';
import { differencesOf } from './differences.ts';
import { type Price, type PriceOptions, priceOf, priceOptionKeys } from './price.ts';
import { type ResourceUse, resourceUses } from './resources.ts';

/** The facts that a user needs before moving a definition here. */
export interface DefinitionReport {
  /** Whether it is valid, and every resource that it calls is one that Millrace calls. */
  readonly runs: boolean;
  readonly problems: readonly PlacedProblem[];
  readonly resources: readonly ResourceUse[];
  /** Absent where it is not valid. */
  readonly price?: Price;
}

export function checkDefinition(
  text: string,
  format: Format,
  options: ValidateOptions & PriceOptions = {},
): DefinitionReport {
  checkCallOptions('checkDefinition', options, { ...validateOptionKeys, ...priceOptionKeys });
  const { type, ...prices } = options;
  const { definition, problems } = loadDefinition(text, format, { ...(type !== undefined && { type }) });
  const isValid = definition !== undefined && problems.every(({ severity }) => severity !== 'error');
  if (!isValid) return { runs: false, problems, resources: [] };
  const resources = resourceUses(definition);
  return {
    runs: resources.every(({ isSupported }) => isSupported),
    problems: [...problems, ...differencesOf(definition)],
    resources,
    price: priceOf(definition, prices),
  };
}
