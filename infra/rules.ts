import type { IngestRequest } from '../client/ingest/ingestTarget.ts';
import { functionNames } from '../orchestrator/configuration/configuration.ts';
import { envelopeField } from '../orchestrator/dispatch/lambdaEvent.ts';
import type { RuleDescription } from './description.ts';
import { eventMatcher } from './eventPattern/eventPattern.ts';
import { checkRule, type IngestRule, InvalidRuleError } from './ingestRule.ts';

/** The bus that every account has, and that gets the events of AWS services. */
export const defaultEventBusName = 'default';

/** Name of the rule that takes results from the bus. */
export const resultsRuleName = 'results-of-functions';

export interface RuleSurroundings {
  /** The bus of the deployment. @default that of the account */
  readonly eventBusName?: string | undefined;
  readonly functionPrefix: string;
}

/** @throws InvalidRuleError, InvalidEventPatternError, InvalidEventPathError */
export function describeRules(
  { rules, resultsOnBus }: { rules: Readonly<Record<string, IngestRule>>; resultsOnBus: boolean },
  surroundings: RuleSurroundings,
): RuleDescription[] {
  return [
    ...Object.entries(rules).map(([name, rule]) => describeRule(name, rule, surroundings)),
    ...(resultsOnBus ? [describeResultsRule(surroundings)] : []),
  ];
}

/**
 * Takes Lambda's events about functions whose destination is the bus: about those invocations that a machine made, by the field of
 * their event that is Millrace's.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
function describeResultsRule({
  eventBusName = defaultEventBusName,
  functionPrefix,
}: RuleSurroundings): RuleDescription {
  return {
    name: `${functionPrefix}${resultsRuleName}`,
    eventBusName,
    eventPattern: {
      source: ['lambda'],
      'detail-type': [{ prefix: 'Lambda Function Invocation Result - ' }],
      detail: { requestPayload: { [envelopeField]: { executionId: [{ exists: true }] } } },
    },
    targets: [{ functionName: functionNames(functionPrefix).failed, inputPath: '$.detail' }],
  };
}

/**
 * A rule whose target is the ingest function. The input has the rule's target, so that the function is the
 * same for all rules.
 *
 * @throws InvalidRuleError, InvalidEventPatternError, InvalidEventPathError
 */
function describeRule(
  name: string,
  rule: IngestRule,
  { eventBusName = defaultEventBusName, functionPrefix }: RuleSurroundings,
): RuleDescription {
  checkRule(name, rule);
  if (name === resultsRuleName) {
    throw new InvalidRuleError(`Rule '${name}': Millrace has a rule of this name: choose another.`);
  }
  eventMatcher(rule.eventPattern);
  const target = 'start' in rule ? { start: rule.start } : { send: rule.send };
  const request: Omit<IngestRequest, 'event'> = { rule: name, ...target };
  return {
    name: `${functionPrefix}${name}`,
    eventBusName: rule.eventBusName ?? eventBusName,
    eventPattern: rule.eventPattern,
    targets: [
      {
        functionName: functionNames(functionPrefix).ingest,
        inputTransformer: {
          inputPathsMap: { event: '$' },
          inputTemplate: `${withoutVariables(JSON.stringify(request)).slice(0, -1)},"event":<event>}`,
        },
      },
    ],
  };
}

/** A template's variables are in angle brackets, which JSON can write otherwise. */
function withoutVariables(json: string): string {
  return json.replaceAll('<', String.raw`\u003c`).replaceAll('>', String.raw`\u003e`);
}
