import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { environmentVariable } from '../../orchestrator/configuration/configuration.ts';
import type { DeploymentDescription, ScheduleDescription, StoreDescription } from '../description.ts';
import { actionsOn } from './actionsOn.ts';
import { assetDirectories } from './assets.ts';
import {
  InvalidTemplateError,
  listOf,
  propertiesOf,
  type Template,
  TemplateResources,
} from './cloudFormation.ts';
import { readFailures } from './readFailures.ts';
import { readFunctions } from './readFunctions.ts';
import { readRules } from './readRules.ts';
import { readEventSource, readTable } from './readTable.ts';

/**
 * The deployment of a synthesized stack: from the template alone, so that the local cloud can run what would be deployed.
 * Names that only a deployment gives are logical ids.
 *
 * @param templateFile `cdk.out/<stack>.template.json`, with the stack's assets beside it
 * @throws InvalidTemplateError
 */
export async function readDeployment(templateFile: string): Promise<DeploymentDescription> {
  const path = resolve(templateFile);
  return describeTemplate(await readTemplate(path), await assetDirectories(path));
}

async function readTemplate(path: string): Promise<Template> {
  const text = await readFile(path, 'utf8');
  try {
    const template: Template = JSON.parse(text);
    if (typeof template === 'object' && template !== null && 'Resources' in template) return template;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new InvalidTemplateError(
    `${path} is not a template of CloudFormation in JSON. Give the path of cdk.out/<stack>.template.json.`,
  );
}

/**
 * @param assets folders of code, by the key that they are uploaded under
 * @throws InvalidTemplateError
 */
export function describeTemplate(
  template: Template,
  assets: ReadonlyMap<string, string>,
): DeploymentDescription {
  const resources = new TemplateResources(template);
  const functions = readFunctions(resources, assets);
  const own = new Map(functions.map((each) => [each.functionName, each]));
  const mappings = resources
    .ofType('AWS::Lambda::EventSourceMapping')
    .map(({ properties }) => readEventSource(resources, properties))
    .filter(({ functionName }) => own.has(functionName));
  const mappingOf = (role: string) =>
    mappings.find(({ functionName }) => own.get(functionName)?.role === role);
  const eventSource = mappingOf('orchestrator');
  const ofBus = mappingOf('publisher');
  if (!eventSource) {
    throw new InvalidTemplateError(
      "The template has no event source mapping to an orchestrator: synthesize a stack with a 'Millrace' construct.",
    );
  }
  const environment = own.get(eventSource.functionName)?.environment ?? {};
  // The rule that calls the recovery function is read with the failure bucket.
  const rules = readRules(
    resources,
    (functionName) => own.has(functionName) && own.get(functionName)?.role !== 'recovery',
  );
  const eventBusName = own.get(ofBus?.functionName ?? '')?.environment[environmentVariable.eventBus];
  const store = readStore(resources, environment[environmentVariable.store], eventSource.functionName);
  const recovery = functions.find(({ role }) => role === 'recovery');
  const failures = recovery && readFailures(resources, recovery, eventSource.functionName);
  return {
    table: readTable(resources, environment[environmentVariable.table] ?? ''),
    eventSource,
    ...(ofBus && { bus: { eventSource: ofBus, ...(eventBusName !== undefined && { eventBusName }) } }),
    ...(rules.length > 0 && { rules }),
    functions,
    schedules: readSchedules(resources).filter(({ functionName }) => own.has(functionName)),
    ...(store && { store }),
    ...(failures && { failures }),
  };
}

function readSchedules(resources: TemplateResources): ScheduleDescription[] {
  return resources.ofType('AWS::Events::Rule').flatMap(({ properties }) => {
    const rate = /^rate\((\d+) minutes?\)$/.exec(resources.text(properties.ScheduleExpression));
    if (!rate) return [];
    return listOf(properties.Targets).map((target) => ({
      functionName: resources.text(propertiesOf(target).Arn),
      rateMinutes: Number(rate[1]),
    }));
  });
}

function readStore(
  resources: TemplateResources,
  url: string | undefined,
  functionName: string,
): StoreDescription | undefined {
  if (url === undefined) return undefined;
  const bucketName = url.replace(/^s3:\/\//, '').replace(/\/.*$/, '');
  const bucket = resources.ofType('AWS::S3::Bucket').find(({ name }) => name === bucketName);
  const rules = listOf(propertiesOf(bucket?.properties.LifecycleConfiguration).Rules).map(propertiesOf);
  return {
    url,
    bucketName,
    expirations: rules.flatMap(({ Prefix: prefix, ExpirationInDays: days }) =>
      typeof days === 'number' ? [{ prefix: resources.text(prefix), days }] : [],
    ),
    permissions: bucket ? actionsOn(resources, bucket.id, functionName) : [],
  };
}
