import { isArray, isObject, type Json } from '../json.ts';
import type { Query, Template } from '../template/ast.ts';
import {
  array,
  type Code,
  call,
  object,
  onOneLine,
  type Property,
  string,
  templateLiteral,
  text,
} from './code.ts';
import { unknown } from './known.ts';
import { translateJsonata } from './translateJsonata.ts';
import { translateCall, translatePath } from './translatePath.ts';
import { levels, type Sight, type Translated, type Use } from './typeScript.ts';

/** How the values of a machine become code. */
export interface Values {
  /** The code of a field's value. */
  value(template: Template, sight: Sight): Code;
}

/** Names that values have used, for the declarations that they need. */
export class ValueWriter implements Values {
  /** Names of what is imported. */
  readonly helpers = new Set<string>();
  /** Names that the functions of the current state or guard have used. */
  readonly uses = new Set<Use>();

  value(template: Template, sight: Sight): Code {
    const whole = this.#whole(template, sight);
    if (whole !== undefined) return this.#asValue(whole, template);
    switch (template.type) {
      case 'literal':
        return literalCode(template.value);
      case 'array':
        return array(template.items.map((each) => this.value(each, sight)));
      case 'object':
        return object(
          entriesOf(template).map(([key, each]): Property => ({ key, value: this.value(each, sight) })),
        );
      default:
        return this.query(template);
    }
  }

  /** A query as the helper that evaluates it. */
  query(query: Query): Code {
    switch (query.type) {
      case 'path':
        return this.#helper('jsonPath', query.path.text);
      case 'call':
        return this.#helper('intrinsic', query.call.text);
      case 'expression':
        return this.#helper('jsonata', query.text);
      case 'function':
        throw new Error('A definition has no functions.');
    }
  }

  /** The name of a helper, which is imported. */
  use(helper: string): string {
    this.helpers.add(helper);
    return helper;
  }

  #helper(name: string, source: string): Code {
    const isWritten = source.includes('\n') && !source.includes('\r');
    return call(this.use(name), isWritten ? text(templateLiteral(source)) : string(source));
  }

  /** Undefined where a part of it cannot be proven, or is too long to be read as one. */
  #whole(template: Template, sight: Sight): Translated | undefined {
    const found = translatedTemplate(template, sight);
    if (found === undefined || template.type === 'literal') return undefined;
    const line = found.code.type === 'text' ? onOneLine(found.code) : '';
    return line === undefined || line.length > longestBody ? undefined : found;
  }

  #asValue({ code, uses, level }: Translated, template: Template): Code {
    const used = uses.length > 0 || template.type === 'expression' || template.type === 'call';
    if (!used) return code;
    for (const use of uses) this.uses.add(use);
    // A plain value that never changes needs no function.
    if (uses.length === 0 && isConstant(code)) return code;
    const body = level === levels.condition ? text(`(${onOneLine(code) ?? ''})`) : code;
    return { type: 'arrow', parameters: parametersOf(uses), body };
  }
}

/** Characters of an expression, at most: a longer one is more readable as it was. */
const longestBody = 72;

function isConstant(code: Code): boolean {
  if (code.type === 'text') return /^(?:-?[\d.]+|true|false|null)$/.test(code.text);
  if (code.type === 'array') return code.items.every(isConstant);
  if (code.type === 'object') return code.properties.every(({ value }) => isConstant(value));
  return code.type === 'string';
}

export function parametersOf(uses: readonly Use[]): string {
  const names = [...new Set(uses)].sort();
  return names.length === 0 ? '()' : `({ ${names.join(', ')} })`;
}

/** A template as one expression, where all its parts are proven. */
export function translatedTemplate(template: Template, sight: Sight): Translated | undefined {
  switch (template.type) {
    case 'literal':
      return { code: literalCode(template.value), known: unknown, level: 9, uses: [] };
    case 'array': {
      const items = template.items.map((each) => translatedTemplate(each, sight));
      const found = items.filter((each) => each !== undefined);
      if (found.length < items.length) return undefined;
      return {
        code: array(found.map(({ code }) => code)),
        known: unknown,
        level: 9,
        uses: found.flatMap(({ uses }) => uses),
      };
    }
    case 'object': {
      const entries = entriesOf(template);
      const values = entries.map(([, each]) => translatedTemplate(each, sight));
      const found = values.filter((each) => each !== undefined);
      if (found.length < values.length) return undefined;
      return {
        code: object(entries.map(([key], index) => ({ key, value: found[index]?.code ?? text('null') }))),
        known: unknown,
        level: 9,
        uses: found.flatMap(({ uses }) => uses),
      };
    }
    case 'path':
      return translatePath(template.path, sight);
    case 'call':
      return translateCall(template.call, sight);
    case 'expression':
      return translateJsonata(template.text, sight);
    case 'function':
      return undefined;
  }
}

/** `name` and `name.$` are one property, and the last counts. */
function entriesOf({
  entries,
}: Extract<Template, { type: 'object' }>): readonly (readonly [string, Template])[] {
  return [...new Map(entries)];
}

/** The code of a value that has no expressions. */
export function literalCode(value: Json): Code {
  if (typeof value === 'string') return string(value);
  if (isArray(value)) return array(value.map(literalCode));
  if (!isObject(value)) return text(JSON.stringify(value).replace('e+', 'e'));
  return object(Object.entries(value).map(([key, each]): Property => ({ key, value: literalCode(each) })));
}
