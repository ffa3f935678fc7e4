import { type BusCode, busCodeKeys } from '../infra/bundle.ts';
import type { DeploymentSettings } from '../infra/describe.ts';
import type { IngestRule } from '../infra/ingestRule.ts';
import type { BusEvent } from '../orchestrator/bus/bus.ts';
import { isTimeScale } from '../orchestrator/configuration/executionClock.ts';
import { MillraceError } from '../orchestrator/core/errors/millraceError.ts';
import { checkChoice, checkNumber, checkOptions, type KeysOf } from '../orchestrator/core/policy/options.ts';
import type { DynamoDBFaultDraws } from './dynamodb/faults.ts';
import type { EventSourceFaultDraws } from './eventSource/faults.ts';
import type { LambdaFaults } from './faults.ts';

export interface LocalCloudOptions {
  /** Folder with the modules of the machines. */
  readonly machinesDirectory: string;
  /** Folder with the modules of the workers; it need not exist. */
  readonly workersDirectory: string;
  /** Keeps the table in this file, and large data in a folder beside it. @default files of its own, deleted at the end */
  readonly dataFile?: string;
  readonly settings?: DeploymentSettings;
  /**
   * Folder with the modules of functions that know nothing of Millrace: machines call each by `lambda()` and the name of its file.
   *
   * @default there are none
   */
  readonly functionsDirectory?: string;
  /** How what they return comes back: to Millrace's function, or by way of the bus. @default 'DESTINATIONS' */
  readonly functionResults?: 'DESTINATIONS' | 'BUS';
  /** Rules for events that are put on the bus, by name. Needs a bus. @default none */
  readonly rules?: Readonly<Record<string, IngestRule>>;
  /**
   * Deploys what a template says that the CDK has synthesized, `cdk.out/<stack>.template.json`, with its code, and bundles
   * nothing: folders, settings and bus are the template's.
   *
   * @default the deployment of the two folders
   */
  readonly template?: string;
  /** Whether events leave through a bus, or the module that gets them beside the local one. @default true */
  readonly bus?: boolean | BusCode;
  /** Serves the API of Step Functions, and runs the definitions that are created through it. @default false */
  readonly stepFunctions?: boolean | StepFunctionsOptions;
  /** Variables of every function. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Invocations that run at once, each in a process of its own. @default 10 */
  readonly maximumConcurrency?: number;
  /** Counts the capacity units that functions consume. @default false: DynamoDB is not asked */
  readonly countsConsumedCapacity?: boolean;
  /** @default any that is free */
  readonly dynamodbPort?: number;
  /** A DynamoDB that is already running, with an empty table or none. @default one that starts and stops with the cloud */
  readonly dynamodbEndpoint?: string;
  /** @default any that is free */
  readonly lambdaPort?: number;
  /** Timers, deadlines and retries pass so many times faster, 1 to 100,000. Not with `dataFile`. @default 1 */
  readonly timeScale?: number;
  /**
   * Delays as AWS has them, drawn by seed: of the stream, of asynchronous invocations, and of functions' calls to the table. A part
   * with faults has those instead. @default none
   */
  readonly latency?: LocalLatency;
  readonly faults?: LocalCloudFaults;
  readonly log?: (line: LogLine) => void;
  /** Called when the next part of the start begins. */
  readonly onStage?: (stage: LocalCloudStage) => void;
}

/** How the API of Step Functions is served. */
export interface StepFunctionsOptions {
  /** @default any that is free */
  readonly port?: number;
  /** In ARNs. @default `000000000000` */
  readonly accountId?: string;
}

/** A start bundles machines and workers, or reads the template, and then starts the parts of the cloud. */
export type LocalCloudStage = 'code' | 'cloud';

export interface LogLine {
  /** Name of a function, or `bundle`, `dynamodb` (what the engine prints), `engine`, `stream`, `bus`, `schedules`, `stepfunctions`. */
  readonly source: string;
  readonly text: string;
}

export interface LocalLatency {
  readonly of: 'aws';
  /** @default 1 */
  readonly seed?: number;
}

/** Faults to inject; each part draws from a seed of its own. */
export interface LocalCloudFaults {
  readonly lambda?: LambdaFaults;
  readonly eventSource?: EventSourceFaultDraws;
  readonly dynamodb?: DynamoDBFaultDraws;
  readonly bus?: {
    /** Faults of the publisher's stream. */
    readonly eventSource?: EventSourceFaultDraws;
    /** Answers why an event is refused. */
    readonly refuse?: (event: BusEvent) => string | undefined;
  };
}

const keys: KeysOf<LocalCloudOptions> = {
  machinesDirectory: true,
  workersDirectory: true,
  dataFile: true,
  settings: true,
  functionsDirectory: true,
  functionResults: true,
  rules: true,
  template: true,
  bus: true,
  stepFunctions: true,
  environment: true,
  maximumConcurrency: true,
  countsConsumedCapacity: true,
  dynamodbPort: true,
  dynamodbEndpoint: true,
  lambdaPort: true,
  timeScale: true,
  latency: true,
  faults: true,
  log: true,
  onStage: true,
};
const stepFunctionsKeys: KeysOf<StepFunctionsOptions> = { port: true, accountId: true };
const latencyKeys: KeysOf<LocalLatency> = { of: true, seed: true };
const faultKeys: KeysOf<LocalCloudFaults> = { lambda: true, eventSource: true, dynamodb: true, bus: true };

/** 0 is any that is free. */
const port = { least: 0, most: 65_535, isWhole: true } as const;

/** @throws UnknownOptionError */
export function checkCloudOptions(options: LocalCloudOptions): void {
  const what = 'startLocalCloud()';
  checkOptions(what, options, keys);
  checkOptions(`${what}, faults`, options.faults, faultKeys);
  checkOptions(`${what}, latency`, options.latency, latencyKeys);
  checkChoice(`${what}, latency`, 'of', options.latency?.of, ['aws']);
  checkChoice(what, 'functionResults', options.functionResults, ['DESTINATIONS', 'BUS']);
  checkChoice(what, 'countsConsumedCapacity', options.countsConsumedCapacity, [true, false]);
  checkNumber(what, 'maximumConcurrency', options.maximumConcurrency, { least: 1, isWhole: true });
  checkNumber(what, 'dynamodbPort', options.dynamodbPort, port);
  checkNumber(what, 'lambdaPort', options.lambdaPort, port);
  checkNumber(`${what}, latency`, 'seed', options.latency?.seed, { least: Number.NEGATIVE_INFINITY });
  if (typeof options.stepFunctions === 'object') {
    checkOptions(`${what}, stepFunctions`, options.stepFunctions, stepFunctionsKeys);
    checkNumber(`${what}, stepFunctions`, 'port', options.stepFunctions.port, port);
  }
  if (typeof options.bus === 'object') checkOptions(`${what}, bus`, options.bus, busCodeKeys);
}

/** Thrown for a `timeScale` that no cloud can have. */
export class InvalidTimeScaleError extends MillraceError {
  override readonly code = 'InvalidTimeScale';
  override readonly name = 'InvalidTimeScaleError';
}

/** @throws InvalidTimeScaleError */
export function checkedTimeScale({ timeScale = 1, dataFile }: LocalCloudOptions): number {
  if (!isTimeScale(timeScale)) {
    throw new InvalidTimeScaleError(`Time cannot pass ${timeScale} times faster: give 1 to 100,000.`);
  }
  if (timeScale !== 1 && dataFile !== undefined) {
    throw new InvalidTimeScaleError(
      'A table that is kept in a file has the real time: leave out the file, or the time scale.',
    );
  }
  return timeScale;
}
