import {
  type Configuration,
  environmentVariable,
  type LogLevel,
} from '../orchestrator/configuration/configuration.ts';

/** The variables of every function of a deployment. */
export function commonEnvironment(configuration: Configuration): Record<string, string> {
  return {
    [environmentVariable.table]: configuration.tableName,
    [environmentVariable.indexShards]: String(configuration.indexShards),
    [environmentVariable.retentionDays]: String(configuration.retentionDays),
    [environmentVariable.functionPrefix]: configuration.functionPrefix,
    [environmentVariable.waitForMachineSeconds]: String(configuration.waitForMachineSeconds),
    ...(configuration.store !== undefined && {
      [environmentVariable.store]: configuration.store,
      [environmentVariable.storeOverKb]: String(configuration.storeOverKb),
    }),
    ...(configuration.reportsConsumedCapacity && { [environmentVariable.consumedCapacity]: 'report' }),
    ...(configuration.hasBus && { [environmentVariable.bus]: 'on' }),
  };
}

/** For functions that dispatch tasks. */
export function dispatchEnvironment({
  functions,
  chain,
  inlineResults,
  nudge,
}: Configuration): Record<string, string> {
  return {
    ...(Object.keys(functions).length > 0 && { [environmentVariable.functions]: JSON.stringify(functions) }),
    ...(!chain && { [environmentVariable.chain]: 'off' }),
    ...(!inlineResults && { [environmentVariable.inlineResults]: 'off' }),
    ...(nudge !== false && { [environmentVariable.nudge]: nudge === true ? 'on' : nudge }),
  };
}

/** For the worker host, which counts the steps that it takes itself. Its logs are the promises' own. */
export function hostEnvironment({ hasMetrics }: { readonly hasMetrics?: boolean }): Record<string, string> {
  return hasMetrics ? { [environmentVariable.metrics]: 'on' } : {};
}

/** For functions that load machines. */
export function substitutionsEnvironment(
  substitutions: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.keys(substitutions).length === 0
    ? {}
    : { [environmentVariable.substitutions]: JSON.stringify(substitutions) };
}

/** For Millrace's own functions: workers write their own logs and metrics. */
export function observabilityEnvironment({
  hasMetrics,
  logLevel,
}: {
  readonly hasMetrics?: boolean;
  readonly logLevel?: LogLevel;
}): Record<string, string> {
  return {
    ...(hasMetrics && { [environmentVariable.metrics]: 'on' }),
    ...(logLevel !== undefined && { [environmentVariable.logLevel]: logLevel }),
  };
}
