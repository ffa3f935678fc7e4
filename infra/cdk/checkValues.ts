import { type Duration, Token } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { checkChoice } from '../../orchestrator/core/policy/options.ts';
import { InvalidDeploymentError } from './errors.ts';
import type { MillraceProps } from './millraceProps.ts';

const flags = [
  'sharedWorkerLogs',
  'metrics',
  'sfnEndpoint',
  'chain',
  'inlineResults',
  'deletionProtection',
  'minify',
] as const;
const resources = ['table', 'encryptionKey', 'storeBucket', 'failureBucket', 'vpc', 'alarmTopic'] as const;
const maps = [
  'workerOptions',
  'rules',
  'functions',
  'substitutions',
  'serviceResources',
  'connections',
] as const;
const levels = ['DEBUG', 'INFO', 'WARN', 'ERROR'];
const retentions = Object.values(RetentionDays).filter((value) => typeof value === 'number');

/** A hundred years: dates beyond it are of no use, and S3 counts days in 32 bits. */
const longestRetentionDays = 36_500;

/**
 * Refuses values of the construct's props that code in JavaScript, or a cast, has made: CDK would report them without the name
 * of the prop, or deploy them.
 *
 * @throws InvalidDeploymentError, UnknownOptionError
 */
export function checkValues(props: MillraceProps): void {
  if (props.machines === undefined) refuse('machines', undefined, 'the folder of the machines');
  for (const name of ['machines', 'workers'] as const) checkText(name, props[name]);
  for (const name of flags) checkChoice('Millrace', name, props[name], [true, false]);
  checkChoice('Millrace', 'logLevel', props.logLevel, levels);
  checkChoice('Millrace', 'logRetention', props.logRetention, retentions);
  for (const name of resources) checkConstruct(name, props[name]);
  for (const name of maps) checkMap(name, props[name]);
  checkFunctionPrefix(props.functionPrefix);
  checkDuration('retention', props.retention, { unit: 'days', most: longestRetentionDays });
  checkDuration('waitForMachine', props.waitForMachine, {
    unit: 'seconds',
    most: longestRetentionDays * 86_400,
  });
  checkParts(props);
}

function checkParts({
  securityGroups,
  bus,
  rules,
  functions,
  connections,
  workerOptions,
  substitutions,
}: MillraceProps): void {
  for (const [name, value] of Object.entries(substitutions ?? {})) {
    if (typeof value !== 'string') refuse(`substitutions['${name}']`, value, 'a string');
  }
  if (securityGroups !== undefined && !Array.isArray(securityGroups)) {
    refuse('securityGroups', securityGroups, 'a list of constructs');
  }
  for (const [index, group] of (securityGroups ?? []).entries()) {
    checkConstruct(`securityGroups[${index}]`, group, true);
  }
  checkConstruct('bus.eventBus', bus?.eventBus);
  checkText('bus.module', bus?.module);
  checkEndpoint(bus?.endpoint);
  for (const [name, rule] of Object.entries(rules ?? {})) {
    checkMap(`rules['${name}']`, rule, true);
    checkConstruct(`rules['${name}'].eventBus`, rule.eventBus);
  }
  for (const [name, called] of Object.entries(functions ?? {})) {
    checkConstruct(`functions['${name}'].function`, called.function, true);
  }
  for (const [name, secret] of Object.entries(connections ?? {})) {
    checkConstruct(`connections['${name}']`, secret, true);
  }
  for (const [name, { timeout }] of Object.entries(workerOptions ?? {})) checkWorkerTimeout(name, timeout);
}

/** @throws InvalidDeploymentError */
export function checkWorkerTimeout(worker: string, timeout: unknown): void {
  if (timeout === undefined || isDuration(timeout)) return;
  refuse(`timeout of worker '${worker}'`, timeout, 'a Duration of the CDK, as in Duration.minutes(2)');
}

function checkText(name: string, value: unknown): void {
  if (value === undefined || (typeof value === 'string' && value !== '')) return;
  refuse(name, value, 'a string that is not empty');
}

function checkConstruct(name: string, value: unknown, isRequired = false): void {
  if (value === undefined && !isRequired) return;
  if (!Construct.isConstruct(value)) refuse(name, value, 'a construct of the CDK, made or imported');
}

function checkMap(name: string, value: unknown, isRequired = false): void {
  if (value === undefined && !isRequired) return;
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap) refuse(name, value, 'an object');
}

/** Whether it is too long depends on the names of the workers. */
function checkFunctionPrefix(prefix: unknown): void {
  if (prefix === undefined || (typeof prefix === 'string' && /^[A-Za-z0-9_-]*$/.test(prefix))) return;
  if (typeof prefix === 'string' && Token.isUnresolved(prefix)) return;
  refuse('functionPrefix', prefix, 'letters, digits, "-" or "_"');
}

function checkEndpoint(endpoint: unknown): void {
  if (endpoint === undefined) return;
  if (typeof endpoint === 'string' && (Token.isUnresolved(endpoint) || /^https?:\/\/./.test(endpoint)))
    return;
  refuse('bus.endpoint', endpoint, "a URL, as in 'https://example.com/events'");
}

function checkDuration(
  name: string,
  value: unknown,
  { unit, most }: { unit: 'days' | 'seconds'; most: number },
): void {
  if (value === undefined) return;
  if (!isDuration(value)) refuse(name, value, `a Duration of the CDK, as in Duration.${unit}(30)`);
  if (value.isUnresolved()) return;
  const amount = unit === 'days' ? value.toDays({ integral: false }) : value.toSeconds({ integral: false });
  if (Number.isInteger(amount) && amount <= most) return;
  refuse(name, `${amount} ${unit}`, `whole ${unit}, at most ${most}`);
}

/** The user's CDK may be another copy. */
function isDuration(value: unknown): value is Duration {
  return typeof value === 'object' && value !== null && 'toSeconds' in value && 'isUnresolved' in value;
}

function refuse(name: string, value: unknown, wanted: string): never {
  throw new InvalidDeploymentError(`Millrace: ${name} is ${shown(value)}: give ${wanted}.`);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
