import { environmentVariable, functionNames } from '../../orchestrator/configuration.ts';
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
      throw new InvalidTemplateError(`The code of function '${name}' is no asset of this stack: ${codeKey}.`);
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
  const prefixes = new Set(functions.map(({ prefix }) => prefix));
  if (prefixes.size > 1) {
    throw new InvalidTemplateError(
      `The template has ${prefixes.size} deployments of Millrace: give each a stack of its own to run it locally.`,
    );
  }
  return functions.map(({ description }) => description);
}

const ownRoles = [
  'orchestrator',
  'wake',
  'clock',
  'failed',
  'publisher',
  'ingest',
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
