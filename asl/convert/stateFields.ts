import { isArray, isObject, type Json } from '../json.ts';
import type { Amount, Flow, State } from '../model/model.ts';
import type { Fields } from '../model/readFields.ts';
import type { Template } from '../template/ast.ts';
import { array, type Code, call, object, type Property, string, text } from './code.ts';
import type { Sights } from './sights.ts';
import type { Sight } from './typeScript.ts';
import { literalCode, type ValueWriter } from './values.ts';

/** A state of a definition, and what is needed to write its fields. */
export interface Writing<Kind extends State = State> {
  readonly state: Kind;
  /** As the definition has it. */
  readonly fields: Fields;
  readonly sights: Sights;
  readonly values: ValueWriter;
  /** The key of a state by its name. */
  readonly keyOf: (name: string) => string;
}

type Properties = readonly Property[];

/** A property, where there is something to write. */
export function property(key: string, value: Code | undefined): Properties {
  return value === undefined ? [] : [{ key, value }];
}

export function template(
  key: string,
  given: Template | undefined,
  sight: Sight,
  values: ValueWriter,
): Properties {
  return property(key, given && values.value(given, sight));
}

/** `InputPath`, `ResultPath`, `OutputPath`: as they are. */
export function path(key: string, field: string, fields: Fields): Properties {
  const value = fields[field];
  return typeof value === 'string' || value === null ? property(key, literalCode(value)) : [];
}

/** The data that a state works with: `parameters` or `arguments`, and the fields before them. */
export function given(flow: Flow, { fields, sights, values }: Writing): Properties {
  if (flow.language === 'JSONata') return template('arguments', flow.arguments, sights.before, values);
  return [
    ...path('inputPath', 'InputPath', fields),
    ...template('parameters', flow.parameters, sights.before, values),
  ];
}

/** The output and variables of a state without a result. */
export function left(flow: Flow, { fields, sights, values }: Writing): Properties {
  if (flow.language === 'JSONata') {
    return [
      ...template('output', flow.output, sights.before, values),
      ...template('assign', flow.assign, sights.before, values),
    ];
  }
  return [
    ...path('inputPath', 'InputPath', fields),
    ...path('outputPath', 'OutputPath', fields),
    ...template('assign', flow.assign, sights.before, values),
  ];
}

/** The output and variables of a state with a result. */
export function leftWithResult(flow: Flow, { fields, sights, values }: Writing): Properties {
  if (flow.language === 'JSONata') {
    return [
      ...template('output', flow.output, sights.after, values),
      ...template('assign', flow.assign, sights.after, values),
    ];
  }
  return [
    ...template('resultSelector', flow.resultSelector, sights.after, values),
    ...path('resultPath', 'ResultPath', fields),
    ...path('outputPath', 'OutputPath', fields),
    ...template('assign', flow.assign, sights.after, values),
  ];
}

export function amount(
  key: string,
  value: Amount | undefined,
  sight: Sight,
  values: ValueWriter,
): Properties {
  switch (value?.type) {
    case undefined:
      return [];
    case 'literal':
      return property(key, literalCode(value.value));
    case 'path':
      return property(key, call(values.use('jsonPath'), string(value.text)));
    case 'template':
      return template(key, value.template, sight, values);
  }
}

/** `Retry`, as far as the definition says something. */
export function retryCode(value: Json | undefined): Code | undefined {
  if (!isArray(value) || value.length === 0) return undefined;
  return array(value.filter(isObject).map((each) => object(retrier(each))));
}

function retrier(fields: Fields): Properties {
  return [
    ...property('errors', literalCode(fields.ErrorEquals ?? [])),
    ...retryFields.flatMap(([field, key]) => {
      const found = fields[field];
      return found === undefined ? [] : property(key, literalCode(found));
    }),
  ];
}

const retryFields = [
  ['IntervalSeconds', 'intervalSeconds'],
  ['MaxAttempts', 'maxAttempts'],
  ['BackoffRate', 'backoffRate'],
  ['MaxDelaySeconds', 'maxDelaySeconds'],
  ['JitterStrategy', 'jitter'],
] as const;

/** `Catch`. */
export function catchCode({ state, fields, sights, values, keyOf }: Writing): Code | undefined {
  if (!('catch' in state) || state.catch.length === 0) return undefined;
  const raw = isArray(fields.Catch) ? fields.Catch.filter(isObject) : [];
  return array(
    state.catch.map((catcher, index) => {
      const own = raw[index] ?? {};
      const options = [
        ...path('resultPath', 'ResultPath', own),
        ...template('output', catcher.output?.(), sights.caught, values),
        ...template('assign', catcher.assign?.(), sights.caught, values),
      ];
      return call(
        values.use('catchTo'),
        string(keyOf(catcher.next)),
        literalCode(catcher.errors),
        ...(options.length > 0 ? [object(options)] : []),
      );
    }),
  );
}

export function boolean(value: boolean): Code {
  return text(String(value));
}
