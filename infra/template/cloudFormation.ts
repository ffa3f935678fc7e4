import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';
/** A template of CloudFormation, as far as a deployment is read from it. */
export interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: Properties;
}

export type Value = string | number | boolean | null | readonly Value[] | Properties | undefined;

export interface Properties {
  readonly [name: string]: Value;
}

/** Thrown for a template that no deployment of Millrace can be read from. */
export class InvalidTemplateError extends MillraceError {
  override readonly code = 'InvalidTemplate';
  override readonly name = 'InvalidTemplateError';
}

/** Properties that name a resource in the world; without one it has its logical id here. */
const physicalNames = ['TableName', 'FunctionName', 'BucketName', 'Name'];

/** A template's resources, with references answered by names: what a deployment would make of them cannot be known. */
export class TemplateResources {
  readonly #resources: ReadonlyMap<string, Resource>;

  constructor({ Resources = {} }: Template) {
    this.#resources = new Map(Object.entries(Resources));
  }

  ofType(
    type: string,
  ): readonly { readonly id: string; readonly name: string; readonly properties: Properties }[] {
    return [...this.#resources]
      .filter(([, { Type }]) => Type === type)
      .map(([id, { Properties: properties = {} }]) => ({ id, name: this.nameOf(id), properties }));
  }

  /** Undefined where the template has no such resource. */
  typeOf(id: string): string | undefined {
    return this.#resources.get(id)?.Type;
  }

  nameOf(id: string): string {
    const properties = this.#resources.get(id)?.Properties ?? {};
    const given = physicalNames.map((name) => properties[name]).find((value) => value !== undefined);
    // An event source mapping has a FunctionName too, which is a reference.
    return typeof given === 'string' ? given : id;
  }

  /** The logical id that a `Ref` or `Fn::GetAtt` is to. */
  referenceOf(value: Value): string | undefined {
    if (!isProperties(value)) return undefined;
    const { Ref: ref, 'Fn::GetAtt': attribute } = value;
    if (typeof ref === 'string') return ref;
    const [id] = Array.isArray(attribute) ? attribute : [];
    return typeof id === 'string' ? id : undefined;
  }

  /** A value with its references as names. */
  plain(value: Value): Value {
    if (this.referenceOf(value) !== undefined) return this.text(value);
    if (isProperties(value)) {
      if ('Fn::Join' in value || 'Fn::Select' in value) return this.text(value);
      if ('Fn::Split' in value) return this.#split(value['Fn::Split']);
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.plain(each)]));
    }
    return Array.isArray(value) ? value.map((each) => this.plain(each)) : value;
  }

  /** Text with its references, those in `Fn::Join`, `Fn::Select` and `Fn::Split` included, as names. */
  text(value: Value): string {
    if (value === undefined || value === null) return '';
    const reference = this.referenceOf(value);
    if (reference !== undefined) return this.nameOf(reference);
    if (isProperties(value)) {
      const { 'Fn::Join': join, 'Fn::Select': select, 'Fn::Split': split } = value;
      if (select !== undefined) return this.#select(select);
      if (split !== undefined) return this.#split(split).join(',');
      return join === undefined
        ? ''
        : this.#partsOf(value)
            .map((part) => this.text(part))
            .join('');
    }
    return Array.isArray(value) ? value.map((part) => this.text(part)).join(',') : String(value);
  }

  #select(select: Value): string {
    const [index, from] = listOf(select);
    const split = isProperties(from) ? from['Fn::Split'] : undefined;
    if (split === undefined) return this.text(listOf(from)[Number(index)]);
    const [, source] = listOf(split);
    // Whatever part of its ARN is meant: a resource is its name here.
    return this.referenceOf(source) === undefined
      ? (this.#split(split)[Number(index)] ?? '')
      : this.text(source);
  }

  /** References stay whole: what they stand for has the delimiter in the world only, or not there (`AWS::Region`). */
  #split(split: Value): string[] {
    const [delimiter, source] = listOf(split);
    const pieces = [''];
    for (const part of this.#partsOf(source)) {
      const isLiteral = typeof part === 'string';
      const [first = '', ...more] = isLiteral ? part.split(this.text(delimiter)) : [this.text(part)];
      pieces.push(`${pieces.pop() ?? ''}${first}`, ...more);
    }
    return pieces;
  }

  /** What `Fn::Join` puts together, the delimiter between each two included; any other value alone. */
  #partsOf(value: Value): Value[] {
    const join = isProperties(value) ? value['Fn::Join'] : undefined;
    if (join === undefined) return [value];
    const [delimiter, parts] = listOf(join);
    return listOf(parts).flatMap((part, index) =>
      index === 0 ? this.#partsOf(part) : [delimiter, ...this.#partsOf(part)],
    );
  }
}

export function isProperties(value: Value): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function propertiesOf(value: Value): Properties {
  return isProperties(value) ? value : {};
}

export function listOf(value: Value): readonly Value[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
