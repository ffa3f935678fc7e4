import { machineNameIn, resourceOf } from '../integrations/resource.ts';
import { impossibleService } from '../integrations/supported.ts';
import { isArray, isObject, type Json, own } from '../json.ts';
import { placeholdersIn } from '../substitutions.ts';

/** The functions, buckets and values that a definition needs from its deployment. Texts are as the definition has them, with `${Name}` where a substitution goes. */
export interface DefinitionNeeds {
  /** Functions that its states invoke. */
  readonly functions: readonly FunctionNeed[];
  /** Paths of the states that invoke a function which only their data name. */
  readonly unknownFunctions: readonly string[];
  /** State machines that its states start by an alias. */
  readonly aliases: readonly AliasUse[];
  /** Actions of AWS services that its states call. */
  readonly services: readonly ServiceNeed[];
  /** Buckets that its Map states read from or write to. */
  readonly buckets: readonly BucketNeed[];
  /** Names of its placeholders. */
  readonly placeholders: readonly string[];
  /** Those without whose value a state cannot run. */
  readonly requiredPlaceholders: readonly string[];
}

export interface FunctionNeed {
  /** Path of the state: the definition's names from its start, divided by slashes. */
  readonly path: string;
  /** The function's name or ARN. */
  readonly function: string;
  /** A version or an alias of it. */
  readonly qualifier?: string;
}

export interface AliasUse {
  readonly path: string;
  readonly arn: string;
}

export interface ServiceNeed {
  /** Path of the state. */
  readonly path: string;
  /** As the resource names it: `dynamodb`. */
  readonly service: string;
  /** `putItem`. */
  readonly action: string;
  /** Named with `aws-sdk:`. */
  readonly isSdk: boolean;
  /** The state waits for the end of the job that the action starts. */
  readonly isJob: boolean;
  /** It is called with the role of the state's `Credentials`, whose rights count. */
  readonly assumesRole?: true;
}

export interface BucketNeed {
  readonly bucket: string;
  readonly access: 'read' | 'list' | 'write';
}

type Fields = { readonly [key: string]: Json };

/** The needs of a valid definition. */
export function needsOf(definition: Fields): DefinitionNeeds {
  const functions: FunctionNeed[] = [];
  const unknownFunctions: string[] = [];
  const required: string[] = [];
  const aliases: AliasUse[] = [];
  const buckets: BucketNeed[] = [];
  const services: ServiceNeed[] = [];
  for (const [path, task] of workFieldsOf(definition)) {
    if (task.Type === 'Map') buckets.push(...bucketsOf(task));
    const resource = own(task, 'Resource');
    if (typeof resource !== 'string') continue;
    const called = resourceOf(resource);
    // The region and account of a service are those of the deployment.
    if (called.type !== 'service') required.push(...placeholdersIn({ resource }));
    if (called.type === 'lambdaArn' || called.type === 'placeholder') {
      functions.push({ path, function: resource });
    } else if (called.type === 'service' && called.service === 'lambda' && !called.isSdk) {
      const given = argumentsOf(task);
      const name = literalIn(own(given, 'FunctionName'));
      const qualifier = literalIn(own(given, 'Qualifier'));
      if (name === undefined) unknownFunctions.push(path);
      else functions.push({ path, function: name, ...(qualifier !== undefined && { qualifier }) });
      required.push(...placeholdersIn({ name: name ?? '' }));
    } else if (called.type === 'service' && called.service === 'states' && !called.isSdk) {
      const arn = literalIn(own(argumentsOf(task), 'StateMachineArn')) ?? '';
      required.push(...placeholdersIn({ arn }));
      if (machineNameIn(arn)?.alias !== undefined) aliases.push({ path, arn });
    } else if (called.type === 'service' && impossibleService(called) === undefined) {
      const { service, action, isSdk, waits } = called;
      const assumes = own(task, 'Credentials') !== undefined;
      services.push({
        path,
        service,
        action,
        isSdk,
        isJob: waits === 'sync',
        ...(assumes && { assumesRole: true }),
      });
    }
  }
  return {
    functions,
    unknownFunctions,
    services,
    aliases,
    buckets,
    placeholders: placeholdersIn(definition),
    requiredPlaceholders: [...new Set(required)],
  };
}

function* bucketsOf(map: Fields): Generator<BucketNeed> {
  const reader = own(map, 'ItemReader');
  const writer = own(map, 'ResultWriter');
  const isList = isObject(reader) && String(reader.Resource).endsWith(':listObjectsV2');
  for (const [fields, access] of [
    [reader, isList ? 'list' : 'read'],
    [writer, 'write'],
  ] as const) {
    const bucket = isObject(fields) ? literalIn(own(argumentsOf(fields), 'Bucket')) : undefined;
    if (bucket !== undefined) yield { bucket, access };
    const config = isObject(fields) ? own(fields, 'ReaderConfig') : undefined;
    const isRead = isObject(config) && config.Transformation === 'LOAD_AND_FLATTEN';
    if (bucket !== undefined && isRead) yield { bucket, access: 'read' };
  }
}

function argumentsOf(task: Fields): Fields {
  const given = own(task, 'Arguments') ?? own(task, 'Parameters');
  return isObject(given) ? given : {};
}

/** A text that is the same in each execution: also as an expression that is nothing but the text. */
function literalIn(value: Json | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  const [, expression] = /^\{%(.*)%\}$/s.exec(value) ?? [];
  if (expression === undefined) return value;
  const [, single, double] = /^\s*(?:'([^'\\]*)'|"([^"\\]*)")\s*$/.exec(expression) ?? [];
  return single ?? double;
}

/** Task and Map states. */
function* workFieldsOf(graph: Fields, within = ''): Generator<readonly [path: string, task: Fields]> {
  const states = own(graph, 'States');
  for (const [name, state] of Object.entries(isObject(states) ? states : {})) {
    if (!isObject(state)) continue;
    const path = `${within}${name}`;
    if (state.Type === 'Task' || state.Type === 'Map') yield [path, state];
    const processor = state.ItemProcessor ?? state.Iterator;
    if (isObject(processor)) yield* workFieldsOf(processor, `${path}/`);
    for (const [index, branch] of (isArray(state.Branches) ? state.Branches : []).entries())
      if (isObject(branch)) yield* workFieldsOf(branch, `${path}/${index}/`);
  }
}
