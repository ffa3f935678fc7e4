import { CfnRule, EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { IngestRule } from '../../ingest/ingestRule.ts';
import type { RuleDescription } from '../description.ts';
import type { BusProps, RuleProps } from './millraceProps.ts';

/** The event bus of a deployment; undefined where events go elsewhere. */
export function eventBusOf(
  scope: Construct,
  id: string,
  bus: BusProps | undefined,
): IEventBus | EventBus | undefined {
  if (!bus) return undefined;
  const { eventBus, module, endpoint } = bus;
  const goesElsewhere = module !== undefined || endpoint !== undefined;
  return eventBus ?? (goesElsewhere ? undefined : new EventBus(scope, id));
}

/** As the deployment description takes them. */
export function rulesOf(rules: Readonly<Record<string, RuleProps>>): Readonly<Record<string, IngestRule>> {
  return Object.fromEntries(
    Object.entries(rules).map(([name, { eventBus, ...rule }]) => [
      name,
      eventBus ? { ...rule, eventBusName: eventBus.eventBusName } : rule,
    ]),
  );
}

/** A rule as the deployment description has it, and its permission to invoke its function. */
export function createRule(
  scope: Construct,
  id: string,
  description: RuleDescription,
  functionNamed: (functionName: string) => LambdaFunction,
): CfnRule {
  const { name, eventBusName, eventPattern, targets } = description;
  const functions = targets.flatMap((target) =>
    'functionName' in target ? [{ target, invoked: functionNamed(target.functionName) }] : [],
  );
  const rule = new CfnRule(scope, id, {
    name,
    eventBusName,
    eventPattern,
    targets: functions.map(({ target: { inputPath, inputTransformer }, invoked }, index) => ({
      id: `Target${index}`,
      arn: invoked.functionArn,
      ...(inputPath !== undefined && { inputPath }),
      ...(inputTransformer && {
        inputTransformer: {
          inputPathsMap: inputTransformer.inputPathsMap,
          inputTemplate: inputTransformer.inputTemplate,
        },
      }),
    })),
  });
  for (const { invoked } of functions) {
    invoked.addPermission(`Rule-${id}`, {
      principal: new ServicePrincipal('events.amazonaws.com'),
      sourceArn: rule.attrArn,
    });
  }
  return rule;
}
