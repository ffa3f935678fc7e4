import type { InputTransformerDescription, RuleDescription, RuleTargetDescription } from '../description.ts';
import type { EventPattern } from '../eventPattern/eventPattern.ts';
import { defaultEventBusName } from '../rules.ts';
import {
  listOf,
  type Properties,
  propertiesOf,
  type TemplateResources,
  type Value,
} from './cloudFormation.ts';

/** The rules of EventBridge that have an event pattern, with those of their targets that are deployed, or are event buses. */
export function readRules(
  resources: TemplateResources,
  isDeployed: (functionName: string) => boolean,
): RuleDescription[] {
  return resources.ofType('AWS::Events::Rule').flatMap(({ name, properties }): RuleDescription[] => {
    if (properties.EventPattern === undefined || properties.State === 'DISABLED') return [];
    const targets = listOf(properties.Targets)
      .map(propertiesOf)
      .flatMap((target) => readTarget(resources, target, isDeployed) ?? []);
    if (targets.length === 0) return [];
    const eventBusName = resources.text(properties.EventBusName);
    return [
      {
        name,
        eventBusName: eventBusName === '' ? defaultEventBusName : eventBusName,
        eventPattern: patternOf(resources.plain(properties.EventPattern)),
        targets,
      },
    ];
  });
}

/** Its compilation checks that it is one. */
function patternOf(value: Value): EventPattern {
  return JSON.parse(JSON.stringify(value));
}

function readTarget(
  resources: TemplateResources,
  target: Properties,
  isDeployed: (functionName: string) => boolean,
): RuleTargetDescription | undefined {
  const name = resources.text(target.Arn);
  const id = resources.referenceOf(target.Arn);
  const isEventBus = id !== undefined && resources.typeOf(id) === 'AWS::Events::EventBus';
  if (!isEventBus && !isDeployed(name)) return undefined;
  const inputPath = target.InputPath;
  const inputTransformer = readTransformer(resources, target.InputTransformer);
  return {
    ...(isEventBus ? { eventBusName: name } : { functionName: name }),
    ...(typeof inputPath === 'string' && { inputPath }),
    ...(inputTransformer && { inputTransformer }),
  };
}

function readTransformer(
  resources: TemplateResources,
  value: Value,
): InputTransformerDescription | undefined {
  if (value === undefined) return undefined;
  const { InputPathsMap: paths, InputTemplate: template } = propertiesOf(value);
  const inputPathsMap = Object.fromEntries(
    Object.entries(propertiesOf(paths)).map(([name, path]) => [name, resources.text(path)]),
  );
  return { inputPathsMap, inputTemplate: resources.text(template) };
}
