import { environmentVariable, functionNames } from '../../orchestrator/configuration/configuration.ts';
import type { EventInvokeDescription, FunctionDescription } from '../description.ts';
import {
  InvalidTemplateError,
  type Properties,
  propertiesOf,
  type TemplateResources,
} from './cloudFormation.ts';

type Role = FunctionDescription['role'];

/**
 * The functions of Millrace in a template: those that have its prefix in their environment.
 *
 * @throws InvalidTemplateError
 */
export function readFunctions(
  resources: TemplateResources,
  assets: ReadonlyMap<string, string>,
): FunctionDescription[] {
  const invokeConfigs = new Map(
    resources
      .ofType('AWS::Lambda::EventInvokeConfig')
      .map(({ properties }) => [
        resources.text(properties.FunctionName),
        readEventInvokeConfig(resources, properties),
      ]),
  );
  const functions = resources.ofType('AWS::Lambda::Function').flatMap(({ name, properties }) => {
    const variables = Object.entries(propertiesOf(propertiesOf(properties.Environment).Variables));
    const environment = Object.fromEntries(variables.map(([key, value]) => [key, resources.text(value)]));
    const prefix = environment[environmentVariable.functionPrefix];
    const role = prefix === undefined ? undefined : roleOf(name, prefix);
    if (prefix === undefined || role === undefined) return [];
    const codeKey = resources.text(propertiesOf(properties.Code).S3Key);
    const codeDirectory = assets.get(codeKey);
    if (codeDirectory === undefined) {
      throw new InvalidTemplateError(
        `The code of function '${name}' is not an asset of this stack: ${codeKey}.`,
      );
    }
    const eventInvokeConfig = invokeConfigs.get(name);
    const reserved = properties.ReservedConcurrentExecutions;
    const description: FunctionDescription = {
      functionName: name,
      role,
      codeDirectory,
      handler: resources.text(properties.Handler),
      timeoutSeconds: Number(properties.Timeout),
      memorySizeMb: Number(properties.MemorySize),
      environment,
      ...(typeof reserved === 'number' && { reservedConcurrentExecutions: reserved }),
      ...(eventInvokeConfig && { eventInvokeConfig }),
    };
    return [{ prefix, description }];
  });
  const there = new Set(resources.ofType('AWS::Lambda::Function').map(({ name }) => name));
  const described = functions.map(({ description }) => withLocalArns(description, there));
  const called = calledNames(described);
  const unmodified = resources.ofType('AWS::Lambda::Function').flatMap(({ name, properties }) => {
    const codeDirectory = assets.get(resources.text(propertiesOf(properties.Code).S3Key));
    // One of another stack, or in another language, is not here: its tasks fail as where a function is not deployed.
    if (!called.has(name) || codeDirectory === undefined) return [];
    return [readUnmodified(resources, name, properties, codeDirectory, invokeConfigs.get(name))];
  });
  const prefixes = new Set(functions.map(({ prefix }) => prefix));
  if (prefixes.size > 1) {
    throw new InvalidTemplateError(
      `The template has ${prefixes.size} deployments of Millrace: give each a stack of its own to run it locally.`,
    );
  }
  return [...described, ...unmodified];
}

/** Names of the functions that machines call by `lambda()`. */
function calledNames(functions: readonly FunctionDescription[]): ReadonlySet<string> {
  const texts = functions.flatMap(({ environment }) => environment[environmentVariable.functions] ?? []);
  const named = texts.flatMap((text) => Object.values(JSON.parse(text)).map(String));
  const substituted = functions.flatMap(({ environment }) =>
    Object.values(substitutionsIn(environment)).map((value) => value.split(':function:')[1] ?? value),
  );
  return new Set([...named, ...substituted]);
}

function substitutionsIn(environment: FunctionDescription['environment']): Readonly<Record<string, string>> {
  const text = environment[environmentVariable.substitutions];
  return text === undefined ? {} : JSON.parse(text);
}

/** A reference is a name here; where it stands for a function in a definition, Step Functions' ARNs are asked for. */
function withLocalArns(description: FunctionDescription, there: ReadonlySet<string>): FunctionDescription {
  const substitutions = Object.entries(substitutionsIn(description.environment));
  if (substitutions.length === 0) return description;
  const values = substitutions.map(([name, value]) => [
    name,
    there.has(value) ? `arn:aws:lambda:us-east-1:000000000000:function:${value}` : value,
  ]);
  const text = JSON.stringify(Object.fromEntries(values));
  return {
    ...description,
    environment: { ...description.environment, [environmentVariable.substitutions]: text },
  };
}

/** Lambda's defaults where the template says nothing. */
const defaultTimeoutSeconds = 3;
const defaultMemoryMb = 128;

function readUnmodified(
  resources: TemplateResources,
  functionName: string,
  properties: Properties,
  codeDirectory: string,
  eventInvokeConfig: EventInvokeDescription | undefined,
): FunctionDescription {
  const variables = Object.entries(propertiesOf(propertiesOf(properties.Environment).Variables));
  return {
    functionName,
    role: 'unmodified',
    codeDirectory,
    handler: resources.text(properties.Handler),
    timeoutSeconds: Number(properties.Timeout ?? defaultTimeoutSeconds),
    memorySizeMb: Number(properties.MemorySize ?? defaultMemoryMb),
    environment: Object.fromEntries(variables.map(([key, value]) => [key, resources.text(value)])),
    ...(eventInvokeConfig && { eventInvokeConfig }),
  };
}

const ownRoles = [
  'orchestrator',
  'wake',
  'clock',
  'recovery',
  'failed',
  'publisher',
  'ingest',
  'stepFunctions',
  'workerHost',
] as const satisfies Role[];

function roleOf(functionName: string, prefix: string): Role | undefined {
  const names = functionNames(prefix);
  const own = ownRoles.find((role) => names[role] === functionName);
  return own ?? (functionName.startsWith(names.worker('')) ? 'worker' : undefined);
}

function readEventInvokeConfig(resources: TemplateResources, properties: Properties): EventInvokeDescription {
  const destinations = propertiesOf(properties.DestinationConfig);
  const destination = (name: string) => {
    const value = propertiesOf(destinations[name]).Destination;
    const id = resources.referenceOf(value);
    if (id !== undefined && resources.typeOf(id) === 'AWS::Events::EventBus') {
      return { eventBusName: resources.nameOf(id) };
    }
    return value === undefined ? undefined : resources.text(value);
  };
  const { MaximumRetryAttempts: attempts, MaximumEventAgeInSeconds: age } = properties;
  const onSuccess = destination('OnSuccess');
  const onFailure = destination('OnFailure');
  return {
    ...(typeof attempts === 'number' && { maximumRetryAttempts: attempts }),
    ...(typeof age === 'number' && { maximumEventAgeSeconds: age }),
    ...(onSuccess !== undefined && { onSuccess }),
    ...(onFailure !== undefined && { onFailure }),
  };
}
