import { MillraceError } from '../core/errors/millraceError.ts';
import { storeVariable } from '../store/objectStore.ts';
import { storeUrlProblem } from '../store/openStore.ts';

/** Names of the environment variables that the deployment sets for Millrace's functions. */
export const environmentVariable = {
  table: 'MILLRACE_TABLE',
  indexShards: 'MILLRACE_INDEX_SHARDS',
  retentionDays: 'MILLRACE_RETENTION_DAYS',
  functionPrefix: 'MILLRACE_FUNCTION_PREFIX',
  waitForMachineSeconds: 'MILLRACE_WAIT_FOR_MACHINE_SECONDS',
  /** Where large data goes: `s3://bucket/prefix` or `file:///folder`. */
  store: storeVariable,
  /** How large, in KB, data may be that stays in the table's items although there is a store. */
  storeOverKb: 'MILLRACE_STORE_OVER_KB',
  /** Where batches go that the event source gave up: `s3://bucket` or `file:///folder`. */
  failures: 'MILLRACE_FAILURES',
  /** `report`: functions print the capacity units that their calls consumed. */
  consumedCapacity: 'MILLRACE_CONSUMED_CAPACITY',
  /** `on`: commits carry what the publisher takes to the bus. */
  bus: 'MILLRACE_BUS',
  /** `off`: the worker host takes no steps of promises itself, unless a machine says otherwise. */
  chain: 'MILLRACE_CHAIN',
  /** `on`: workers invoke the orchestrator with their results, unless a machine or worker says otherwise. `asked`: where one says so. */
  nudge: 'MILLRACE_NUDGE',
  /** `off`: chains keep no results in the log of an execution, which an earlier release could not read. */
  inlineResults: 'MILLRACE_INLINE_RESULTS',
  /** Functions by the names that machines call them by with `lambda()`, as JSON, where those are not their own. */
  functions: 'MILLRACE_FUNCTIONS',
  /** Values for `${Name}` in Step Functions definitions, as JSON: asl/substitutions.ts reads it. */
  substitutions: 'MILLRACE_SUBSTITUTIONS',
  /** Where the publisher posts events to: see httpBus.ts. */
  busEndpoint: 'MILLRACE_BUS_ENDPOINT',
  /** Name or ARN of the event bus of EventBridge that the publisher puts events on. */
  eventBus: 'MILLRACE_EVENT_BUS',
  /** `on`: Millrace's own functions publish metrics of what they do: see observability/. */
  metrics: 'MILLRACE_METRICS',
  /** Of Millrace's own functions, as Powertools reads it. */
  logLevel: 'POWERTOOLS_LOG_LEVEL',
} as const;

/** From the most to the least: at DEBUG each step is a line. */
export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

/** Those of a function's variables that a client of its deployment needs, too. */
export function clientEnvironmentOf(
  deployed: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const { table, indexShards, retentionDays, functionPrefix, store, storeOverKb, substitutions } =
    environmentVariable;
  const names = [table, indexShards, retentionDays, functionPrefix, store, storeOverKb, substitutions];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = deployed[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** Defaults of every setting; the deployment description states them where it differs. */
export const defaults = {
  tableName: 'millrace',
  indexShards: 4,
  retentionDays: 90,
  functionPrefix: 'millrace-',
  waitForMachineSeconds: 15 * 60,
  storeOverKb: 32,
  chain: true,
  nudge: false,
  inlineResults: true,
  functions: {},
} as const;

export type NudgeSetting = boolean | 'asked';

export interface Configuration {
  readonly tableName: string;
  readonly indexShards: number;
  /** 0: items are kept for ever. */
  readonly retentionDays: number;
  readonly functionPrefix: string;
  readonly waitForMachineSeconds: number;
  /** Absent: all data is in the items, which take 400 KB. */
  readonly store?: string;
  readonly storeOverKb: number;
  /** Absent: batches that the event source gave up are found by `millrace doctor` alone. */
  readonly failures?: string;
  readonly reportsConsumedCapacity: boolean;
  readonly hasBus: boolean;
  /** Whether the worker host takes the steps of promises itself, where a machine does not say. */
  readonly chain: boolean;
  /** Whether workers invoke the orchestrator with their results. `asked`: where the machine or the worker says so. */
  readonly nudge: NudgeSetting;
  /** Whether the worker host may keep small results in the log, where it takes steps. */
  readonly inlineResults: boolean;
  /** Names of functions by what machines call them. */
  readonly functions: Readonly<Record<string, string>>;
  readonly hasMetrics: boolean;
}

/** Thrown when an environment variable of a function cannot be used: a faulty deployment. */
export class InvalidConfigurationError extends MillraceError {
  override readonly code = 'InvalidConfiguration';
  override readonly name = 'InvalidConfigurationError';
}

/** @throws InvalidConfigurationError */
export function readConfiguration(environment: Readonly<Record<string, string | undefined>>): Configuration {
  const number = (name: string, fallback: number): number => {
    const text = environment[name];
    const value = text === undefined || text === '' ? fallback : Number(text);
    if (Number.isInteger(value) && value >= 0) return value;
    throw new InvalidConfigurationError(
      `${name} is '${text}': set it to a whole number, or leave it out for ${fallback}.`,
    );
  };
  const choice = <T extends string>(name: string, choices: readonly T[], fallback: T): T => {
    const text = environment[name] || fallback;
    const found = choices.find((each) => each === text);
    if (found !== undefined) return found;
    const wanted = new Intl.ListFormat('en', { type: 'disjunction' }).format(
      choices.map((each) => `'${each}'`),
    );
    throw new InvalidConfigurationError(
      `${name} is '${text}': set it to ${wanted}, or leave it out for '${fallback}'.`,
    );
  };
  const isOn = (name: string, fallback: boolean): boolean =>
    choice(name, ['on', 'off'], fallback ? 'on' : 'off') === 'on';
  const url = (name: string): string | undefined => {
    const text = environment[name] || undefined;
    const problem = text === undefined ? undefined : storeUrlProblem(text, name);
    if (problem !== undefined) throw new InvalidConfigurationError(problem);
    return text;
  };
  const store = url(environmentVariable.store);
  const nudge = choice(environmentVariable.nudge, ['on', 'off', 'asked'], defaults.nudge ? 'on' : 'off');
  const failures = url(environmentVariable.failures);
  return {
    tableName: environment[environmentVariable.table] ?? defaults.tableName,
    indexShards: Math.max(1, number(environmentVariable.indexShards, defaults.indexShards)),
    retentionDays: number(environmentVariable.retentionDays, defaults.retentionDays),
    functionPrefix: environment[environmentVariable.functionPrefix] ?? defaults.functionPrefix,
    waitForMachineSeconds: number(environmentVariable.waitForMachineSeconds, defaults.waitForMachineSeconds),
    ...(store !== undefined && { store }),
    ...(failures !== undefined && { failures }),
    storeOverKb: Math.max(1, number(environmentVariable.storeOverKb, defaults.storeOverKb)),
    reportsConsumedCapacity:
      choice(environmentVariable.consumedCapacity, ['report', 'off'], 'off') === 'report',
    hasBus: isOn(environmentVariable.bus, false),
    chain: isOn(environmentVariable.chain, defaults.chain),
    nudge: nudge === 'asked' ? nudge : nudge === 'on',
    inlineResults: isOn(environmentVariable.inlineResults, defaults.inlineResults),
    functions: functionsOf(environment[environmentVariable.functions]),
    hasMetrics: isOn(environmentVariable.metrics, false),
  };
}

/** @throws InvalidConfigurationError */
function functionsOf(text: string | undefined): Readonly<Record<string, string>> {
  if (text === undefined || text === '') return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    const { functions } = environmentVariable;
    throw new InvalidConfigurationError(
      `${functions} is not JSON (${String(error)}): write {"name":"function"}.`,
    );
  }
}

/** Names of Millrace's own functions, of its workers' functions, and of those that machines call by `lambda()`. */
export function functionNames(prefix: string, functions: Readonly<Record<string, string>> = {}) {
  return {
    orchestrator: `${prefix}orchestrator`,
    wake: `${prefix}wake`,
    clock: `${prefix}clock`,
    recovery: `${prefix}recovery`,
    failed: `${prefix}failed`,
    publisher: `${prefix}publisher`,
    ingest: `${prefix}ingest`,
    stepFunctions: `${prefix}stepfunctions`,
    workerHost: `${prefix}worker-host`,
    worker: (worker: string) => `${prefix}worker-${worker}`,
    lambda: (name: string) => (Object.hasOwn(functions, name) ? (functions[name] ?? name) : name),
  };
}
