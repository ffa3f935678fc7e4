import { type Resource, resourceOf } from '../asl/integrations/resource.ts';
import { isArray, isObject, type Json, own } from '../asl/json.ts';
import type { ResultCheck } from '../asl/testState/request.ts';
import { descriptionOf } from './jobs/jobs.ts';
import { findService } from './optimized/services.ts';
import { commandOf, loadModule } from './sdk/clients.ts';
import { capitalized, memberName } from './sdk/names.ts';
import { type Shape, schemasOf, shapeOf } from './sdk/schema.ts';
import { ServiceCallError } from './serviceError.ts';

/** The action whose answer a state's result has to be like. */
interface Answered {
  /** A name among the services of the SDK. */
  readonly client: string;
  readonly action: string;
  /** Where the answer has the result, and the field that the result has it in. @default the answer is the result */
  readonly described?: readonly (string | number)[];
  readonly as?: string;
  /** Fields whose values are not the service's own. */
  readonly free?: readonly string[];
  /** The result of a job: which of its fields AWS requires is not documented. */
  readonly isJob?: true;
}

/**
 * Compares a mocked result with the answer of its service, as TestState does: in the model that the service's client of the AWS SDK
 * has. A result is taken as it is if the client is not installed, or has no models.
 */
export const checkMockedResult: ResultCheck = async (resource, result, mode) => {
  const called = resourceOf(resource);
  const answered = called.type === 'service' ? answerOf(called) : undefined;
  if (answered === undefined) return undefined;
  const { described = [], as, free = [], isJob } = answered;
  const schema = schemaAt(await outputSchemaOf(answered), described);
  const value = as === undefined ? result : isObject(result) ? own(result, as) : undefined;
  if (schema === undefined || value === undefined) return undefined;
  const checked = isObject(value) ? without(value, free) : value;
  return problemIn(schema, checked, as ?? '', mode === 'STRICT' && !isJob);
};

type Service = Extract<Resource, { readonly type: 'service' }>;

function answerOf({ service, action, isSdk, waits }: Service): Answered | undefined {
  // The result is the one that comes with the token.
  if (waits === 'token') return undefined;
  if (isSdk) return { client: service, action };
  switch (service) {
    case 'apigateway':
    case 'http':
      return undefined;
    case 'lambda':
      return { client: 'lambda', action };
    case 'states':
      if (waits === 'no') return { client: 'sfn', action };
      return {
        client: 'sfn',
        action: 'describeExecution',
        isJob: true,
        // With `.sync:2`, they are JSON and not its text.
        free: waits === 'sync:2' ? ['Input', 'Output'] : [],
      };
    default: {
      // The body of a model's answer is JSON, and the answer's model has bytes.
      if (service === 'bedrock' && action === 'invokeModel') return undefined;
      const client = findService(service)?.client;
      if (client === undefined) return undefined;
      if (waits === 'no') return { client, action };
      const description = descriptionOf(service, action);
      return description && { ...description, client, isJob: true };
    }
  }
}

/** Undefined where no client here has it. Actions that only Step Functions has are in none. */
async function outputSchemaOf({ client, action }: Answered): Promise<unknown> {
  try {
    const command = commandOf(await loadModule(client), action, {});
    return command && schemasOf(command)?.output;
  } catch (error) {
    if (error instanceof ServiceCallError) return undefined;
    throw error;
  }
}

function schemaAt(schema: unknown, path: readonly (string | number)[]): unknown {
  let found = schema;
  for (const step of path) {
    const shape = shapeOf(found);
    if (shape?.kind === 'list') found = shape.of;
    else if (shape?.kind !== 'structure') return undefined;
    else found = shape.members.find(({ name }) => capitalized(name) === step)?.schema;
  }
  return found;
}

function without(fields: { readonly [key: string]: Json }, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/** @param field the innermost field around the value: Step Functions names no more of the path */
function problemIn(schema: unknown, value: Json, field: string, isStrict: boolean): string | undefined {
  const shape = shapeOf(schema);
  const unless = (isRight: boolean, what: string) =>
    isRight ? undefined : `Field '${field}' must be ${what}`;
  const firstIn = (of: unknown, values: readonly Json[]) =>
    firstOf(values, (each) => problemIn(of, each, field, isStrict));
  switch (shape?.kind) {
    case 'structure':
      return isObject(value) ? problemInFields(shape, value, isStrict) : unless(false, 'an object');
    case 'list':
      return isArray(value) ? firstIn(shape.of, value) : unless(false, 'an array');
    case 'map':
      return isObject(value) ? firstIn(shape.of, Object.values(value)) : unless(false, 'an object');
    case 'string':
    case 'timestamp':
    case 'blob':
    case 'stream':
      return unless(typeof value === 'string', 'a string');
    case 'number':
      return unless(typeof value === 'number', 'a number');
    case 'boolean':
      return unless(typeof value === 'boolean', 'a boolean');
    case 'document':
    case 'unit':
    case undefined:
      return undefined;
    default:
      return shape satisfies never;
  }
}

/** Fields that the model does not have are let through. */
function problemInFields(
  { members }: Extract<Shape, { readonly kind: 'structure' }>,
  fields: { readonly [key: string]: Json },
  isStrict: boolean,
): string | undefined {
  const missing = members.find(
    ({ name, isRequired }) => isRequired && own(fields, memberName(name)) === undefined,
  );
  if (isStrict && missing) return `Required field '${memberName(missing.name)}' is missing`;
  return firstOf(Object.entries(fields), ([field, value]) => {
    const member = members.find(({ name }) => memberName(name) === field);
    return member && problemIn(member.schema, value, field, isStrict);
  });
}

function firstOf<T>(values: readonly T[], problem: (value: T) => string | undefined): string | undefined {
  for (const value of values) {
    const found = problem(value);
    if (found !== undefined) return found;
  }
  return undefined;
}
