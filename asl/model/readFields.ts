import { isObject, type Json } from '../json.ts';
import { parsePath } from '../jsonpath/parse.ts';
import { type Lazy, lazily } from '../lazily.ts';
import type { QueryLanguage, ReferencePath, Template } from '../template/ast.ts';
import { readQuery, readReferencePath, readTemplate } from '../template/read.ts';
import type { Amount, FailText, Flow, Next, Selection } from './model.ts';

/** A state's or definition's JSON object. */
export type Fields = { readonly [key: string]: Json };

export function textIn(fields: Fields, key: string): string {
  const value = fields[key];
  return typeof value === 'string' ? value : '';
}

export function nextOf(fields: Fields): Next {
  return typeof fields.Next === 'string' ? { type: 'state', name: fields.Next } : { type: 'end' };
}

export function flowOf(fields: Fields, language: QueryLanguage): Lazy<Flow> {
  return lazily(() =>
    language === 'JSONata'
      ? {
          language,
          arguments: templateIn(fields, 'Arguments', language),
          output: templateIn(fields, 'Output', language),
          assign: templateIn(fields, 'Assign', language),
        }
      : {
          language,
          inputPath: selectionIn(fields, 'InputPath'),
          parameters: templateIn(fields, 'Parameters', language),
          resultSelector: templateIn(fields, 'ResultSelector', language),
          resultPath: resultPathIn(fields),
          outputPath: selectionIn(fields, 'OutputPath'),
          assign: templateIn(fields, 'Assign', language),
        },
  );
}

function templateIn(fields: Fields, key: string, language: QueryLanguage): Template | undefined {
  const value = fields[key];
  return value === undefined ? undefined : readTemplate(value, language, key);
}

/** As {@link templateIn}, read when it is needed. */
export function lazyTemplate(
  fields: Fields,
  key: string,
  language: QueryLanguage,
): Lazy<Template> | undefined {
  const value = fields[key];
  return value === undefined ? undefined : lazily(() => readTemplate(value, language, key));
}

export function selectionIn(fields: Fields, key: string): Selection {
  const value = fields[key];
  if (value === null) return 'nothing';
  return typeof value !== 'string' || value === '$' ? 'all' : readQuery(value, key);
}

export function resultPathIn(fields: Fields): ReferencePath | 'discard' {
  const { ResultPath } = fields;
  if (ResultPath === null) return 'discard';
  // A path into the context object cannot be written to, and discards.
  if (typeof ResultPath !== 'string') return [];
  return ResultPath.startsWith('$$') ? 'discard' : readReferencePath(ResultPath);
}

/** `Key` or `KeyPath`, or in JSONata an expression. */
export function amountOf(fields: Fields, key: string, language: QueryLanguage): Lazy<Amount> | undefined {
  const path = fields[`${key}Path`];
  if (typeof path === 'string') return lazily(() => ({ type: 'path', path: parsePath(path), text: path }));
  const value = fields[key];
  if (value === undefined) return undefined;
  return lazily(() => {
    const template: Template =
      language === 'JSONata' ? readTemplate(value, language, key) : { type: 'literal', value };
    return template.type === 'literal' ? template : { type: 'template', template };
  });
}

export function failTextOf(
  fields: Fields,
  key: 'Error' | 'Cause',
  language: QueryLanguage,
): Lazy<FailText> | undefined {
  const path = fields[`${key}Path`];
  if (typeof path === 'string')
    return lazily(() => ({ template: readQuery(path, `${key}Path`), isPath: true }));
  const value = fields[key];
  if (value === undefined) return undefined;
  return lazily(() => ({
    template: language === 'JSONata' ? readTemplate(value, language, key) : { type: 'literal', value },
    isPath: false,
  }));
}

export function fieldsIn(fields: Fields, key: string): Fields | undefined {
  const value = fields[key];
  return isObject(value) ? value : undefined;
}
