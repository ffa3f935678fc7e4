import { Stack, Token, TokenComparison } from 'aws-cdk-lib';
import { CfnRule, EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { RuleDescription } from '../description.ts';
import type { IngestRule } from '../ingestRule.ts';
import { InvalidDeploymentError } from './errors.ts';
import type { BusProps, MillraceProps, RuleProps } from './millraceProps.ts';

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

/** The bus that the publisher puts events on: a name stands for a bus of its own account and region alone. */
export function nameOrArnOf(scope: Construct, eventBus: IEventBus | EventBus): string {
  return isElsewhere(scope, eventBus) ? eventBus.eventBusArn : eventBus.eventBusName;
}

/**
 * @throws InvalidDeploymentError if a rule would be of a bus of another account or region, where none can be made
 */
export function refuseRulesElsewhere(
  scope: Construct,
  { bus, rules = {}, functions = {} }: MillraceProps,
): void {
  const refuse = (what: string, eventBus: IEventBus | EventBus | undefined) => {
    if (!eventBus || !isElsewhere(scope, eventBus)) return;
    throw new InvalidDeploymentError(
      `${what} cannot be of an event bus of another account or region: have a rule there bring the events to a bus of this ` +
        "deployment's, and name that one. A bus that is of this account and region is imported by `fromEventBusName`.",
    );
  };
  for (const [name, { eventBus = bus?.eventBus }] of Object.entries(rules))
    refuse(`Rule '${name}'`, eventBus);
  for (const [name, { results }] of Object.entries(functions)) {
    if (results === 'BUS') refuse(`The rule that takes results of function '${name}'`, bus?.eventBus);
  }
}

/** Or may be, where a stack is made for whatever account deploys it. */
function isElsewhere(scope: Construct, { env }: IEventBus | EventBus): boolean {
  const { account, region } = Stack.of(scope);
  const isSame = (comparison: TokenComparison) =>
    comparison === TokenComparison.SAME || comparison === TokenComparison.BOTH_UNRESOLVED;
  return !(
    isSame(Token.compareStrings(env.account, account)) && isSame(Token.compareStrings(env.region, region))
  );
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

/** The rules of the deployment description, by the names that the user gave them. */
export function createRules(
  scope: Construct,
  rules: readonly RuleDescription[],
  functionPrefix: string,
  functionNamed: (functionName: string) => LambdaFunction,
): Readonly<Record<string, CfnRule>> {
  return Object.fromEntries(
    rules.map((rule) => {
      const name = rule.name.slice(functionPrefix.length);
      return [name, createRule(scope, `Rule-${name}`, rule, functionNamed)];
    }),
  );
}

/** A rule as the deployment description has it, and its permission to invoke its function. */
function createRule(
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
