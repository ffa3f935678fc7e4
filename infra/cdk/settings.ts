import { Token } from 'aws-cdk-lib';
import { shown } from '../../orchestrator/core/data/shown.ts';
import type { DeploymentSettings } from '../describe.ts';
import { namesOfCalled, takesResultsFromBus } from './calledFunctions.ts';
import { InvalidDeploymentError } from './errors.ts';
import { rulesOf } from './eventBridge.ts';
import type { MillraceProps } from './millraceProps.ts';

/** Stand in the deployment description for buckets whose names only the deployment knows. */
const storePlaceholder = 's3://store';
const failuresPlaceholder = 's3://failures';

/**
 * The settings of the deployment description, from the props of the construct.
 *
 * @throws InvalidDeploymentError
 */
export function settingsOf(
  props: MillraceProps,
  functionPrefix: string,
  eventBusName: string | undefined,
): DeploymentSettings {
  const { indexShards, retention, waitForMachine, logLevel, orchestratorMemorySize, metrics = true } = props;
  const { rules, functions, substitutions, reservedConcurrency, chain, inlineResults, nudge } = props;
  checkWholeNumber('indexShards', indexShards, 1, 10_000);
  checkWholeNumber('orchestratorMemorySize', orchestratorMemorySize, 128, 10_240);
  for (const [role, reserved] of Object.entries(reservedConcurrency ?? {})) {
    checkWholeNumber(`reservedConcurrency of '${role}'`, reserved, 1, 100_000);
  }
  return {
    functionPrefix,
    store: storePlaceholder,
    failures: failuresPlaceholder,
    ...(eventBusName !== undefined && { eventBusName }),
    ...(rules && { rules: rulesOf(rules) }),
    ...(functions && { functions: namesOfCalled(functions), resultsOnBus: takesResultsFromBus(functions) }),
    ...(substitutions && { substitutions }),
    hasMetrics: metrics,
    ...(chain !== undefined && { chain }),
    ...(nudge !== undefined && { nudge }),
    ...(inlineResults !== undefined && { inlineResults }),
    ...(logLevel !== undefined && { logLevel }),
    ...(orchestratorMemorySize !== undefined && { orchestratorMemoryMb: orchestratorMemorySize }),
    ...(reservedConcurrency && { reservedConcurrency }),
    ...(indexShards !== undefined && { indexShards }),
    ...(retention && { retentionDays: retention.toDays() }),
    ...(waitForMachine && { waitForMachineSeconds: waitForMachine.toSeconds() }),
  };
}

/** The value of a token is known at the deployment only. */
function checkWholeNumber(name: string, value: number | undefined, from: number, to: number): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (Number.isInteger(value) && value >= from && value <= to) return;
  throw new InvalidDeploymentError(`${name} is ${shown(value)}: give a whole number from ${from} to ${to}.`);
}
