import { checkChoice, checkOptions, type KeysOf } from '../../orchestrator/core/policy/options.ts';
import { ownFunctionRoles } from '../describeFunctions.ts';
import { checkValues, checkWorkerTimeout } from './checkValues.ts';
import type { WorkerOptions } from './deployedFunction.ts';
import type {
  BusProps,
  CalledFunctionProps,
  MillraceProps,
  WorkerCodeProps,
  WorkerModuleProps,
} from './millraceProps.ts';

const propKeys: KeysOf<MillraceProps> = {
  machines: true,
  workers: true,
  workerOptions: true,
  sharedWorkerLogs: true,
  table: true,
  encryptionKey: true,
  storeBucket: true,
  failureBucket: true,
  vpc: true,
  vpcSubnets: true,
  securityGroups: true,
  logRetention: true,
  orchestratorMemorySize: true,
  reservedConcurrency: true,
  logLevel: true,
  metrics: true,
  alarmTopic: true,
  bus: true,
  rules: true,
  sfnEndpoint: true,
  functions: true,
  functionPrefix: true,
  indexShards: true,
  retention: true,
  waitForMachine: true,
  chain: true,
  nudge: true,
  inlineResults: true,
  removalPolicy: true,
  deletionProtection: true,
  minify: true,
  code: true,
  substitutions: true,
  serviceResources: true,
  connections: true,
};
const busKeys: KeysOf<BusProps> = { eventBus: true, module: true, endpoint: true };
const calledFunctionKeys: KeysOf<CalledFunctionProps> = { function: true, results: true };

const workerOptionKeys: KeysOf<WorkerOptions> = {
  adotInstrumentation: true,
  allowAllIpv6Outbound: true,
  allowAllOutbound: true,
  allowPublicSubnet: true,
  applicationLogLevel: true,
  applicationLogLevelV2: true,
  architecture: true,
  codeSigningConfig: true,
  currentVersionOptions: true,
  deadLetterQueue: true,
  deadLetterQueueEnabled: true,
  deadLetterTopic: true,
  description: true,
  durableConfig: true,
  environment: true,
  environmentEncryption: true,
  ephemeralStorageSize: true,
  events: true,
  filesystem: true,
  initialPolicy: true,
  insightsVersion: true,
  ipv6AllowedForDualStack: true,
  layers: true,
  logFormat: true,
  loggingFormat: true,
  memorySize: true,
  paramsAndSecrets: true,
  profiling: true,
  profilingGroup: true,
  recursiveLoop: true,
  reservedConcurrentExecutions: true,
  role: true,
  runtimeManagementMode: true,
  securityGroups: true,
  snapStart: true,
  systemLogLevel: true,
  systemLogLevelV2: true,
  tenancyConfig: true,
  timeout: true,
  tracing: true,
  vpc: true,
  vpcSubnets: true,
};
const moduleKeys: KeysOf<WorkerModuleProps> = { ...workerOptionKeys, entry: true };
const codeKeys: KeysOf<WorkerCodeProps> = {
  ...workerOptionKeys,
  codePath: true,
  handler: true,
  runtime: true,
};

/**
 * Refuses unknown keys of the construct's props and of the objects in them, and values that they cannot have. Rules are checked
 * when they are described.
 *
 * @throws UnknownOptionError, InvalidDeploymentError
 */
export function checkProps(props: MillraceProps): void {
  // Code in JavaScript may leave them out.
  checkOptions('Millrace', props ?? null, propKeys);
  checkChoice('Millrace', 'nudge', props.nudge, [true, false, 'asked']);
  checkOptions('Millrace, bus', props.bus, busKeys);
  checkOptions('Millrace, reservedConcurrency', props.reservedConcurrency, ownFunctionRoles);
  for (const [name, options] of Object.entries(props.workerOptions ?? {})) {
    checkOptions(`Millrace, workerOptions of '${name}'`, options, workerOptionKeys);
  }
  for (const [name, called] of Object.entries(props.functions ?? {})) {
    const what = `Millrace, function '${name}'`;
    checkOptions(what, called, calledFunctionKeys);
    checkChoice(what, 'results', called.results, ['DESTINATIONS', 'BUS']);
  }
  checkValues(props);
}

/** @throws UnknownOptionError, InvalidDeploymentError */
export function checkWorkerProps(name: string, props: WorkerModuleProps | WorkerCodeProps): void {
  checkOptions(`addWorker('${name}')`, props, 'entry' in props ? moduleKeys : codeKeys);
  checkWorkerTimeout(name, props.timeout);
}
