import { randomUUID } from 'node:crypto';
import { type Substitutions, substituted, substitutionsVariable } from '../asl/substitutions.ts';
import { createClient } from '../client/client.ts';
import type { ClientOptions } from '../client/clientOptions.ts';
import { sleep } from '../client/surroundings.ts';
import { createDynamoDBClient } from '../orchestrator/aws/client.ts';
import { readConfiguration } from '../orchestrator/configuration/configuration.ts';
import { readExecutionClock } from '../orchestrator/configuration/executionClock.ts';
import { checkOptions, type KeysOf } from '../orchestrator/core/policy/options.ts';
import { retentionOf } from '../orchestrator/core/policy/retention.ts';
import { DynamoDBTable } from '../orchestrator/table/dynamodb/dynamoDBTable.ts';
import { openStoredJson, withStore } from '../orchestrator/table/stored/withStore.ts';
import { type Account, Arns } from './arns.ts';
import { type StepFunctionsHandler, stepFunctionsHandler } from './handler.ts';
import type { DeployedMachine } from './surroundings.ts';

export interface StepFunctionsApiOptions
  extends Pick<
    ClientOptions,
    | 'dynamodb'
    | 'indexShards'
    | 'retentionDays'
    | 'store'
    | 'storeOverKb'
    | 'functionPrefix'
    | 'lambda'
    | 'now'
    | 'newId'
  > {
  /** Name of the table. @default the environment's `MILLRACE_TABLE`, else `millrace` */
  readonly table?: string;
  /** In the ARNs. @default the environment's `AWS_REGION`, else `us-east-1` */
  readonly region?: string;
  /** In the ARNs. @default `000000000000` */
  readonly accountId?: string;
  /** Values for placeholders in definitions of the deployment. @default the environment's `MILLRACE_SUBSTITUTIONS` */
  readonly substitutions?: Substitutions;
  /** The machines of the deployment: they are listed, described and started as well. @default those of the table alone */
  readonly machines?: readonly DeployedMachine[] | (() => Promise<readonly DeployedMachine[]>);
}

const optionKeys: KeysOf<StepFunctionsApiOptions> = {
  table: true,
  region: true,
  accountId: true,
  substitutions: true,
  machines: true,
  dynamodb: true,
  indexShards: true,
  retentionDays: true,
  store: true,
  storeOverKb: true,
  functionPrefix: true,
  lambda: true,
  now: true,
  newId: true,
};

/**
 * The API of Step Functions over the executions of a table: an operation's name and JSON in, status and JSON out.
 *
 * @param call the public function that was given the options, for the message about an unknown one
 * @throws UnknownOptionError
 */
export function createStepFunctionsApi(
  options: StepFunctionsApiOptions = {},
  call = 'createStepFunctionsApi()',
): StepFunctionsHandler {
  checkOptions(call, options, optionKeys);
  const configuration = readConfiguration(process.env);
  const {
    table: tableName = configuration.tableName,
    indexShards = configuration.indexShards,
    retentionDays = configuration.retentionDays,
    store = configuration.store,
    storeOverKb = configuration.storeOverKb,
    functionPrefix = configuration.functionPrefix,
    now = readExecutionClock(process.env).now,
    newId = () => randomUUID(),
    dynamodb = createDynamoDBClient(),
    machines = [],
    lambda,
  } = options;
  const settings = { storeOverKb, ...(store !== undefined && { store }) };
  const items = new DynamoDBTable({
    client: dynamodb,
    tableName,
    now,
    indexShards,
    ...(retentionDays > 0 && { retentionDays }),
  });
  const retention = retentionOf(retentionDays);
  return stepFunctionsHandler({
    client: createClient({
      dynamodb,
      tableName,
      indexShards,
      retentionDays,
      functionPrefix,
      now,
      newId,
      ...settings,
      ...(lambda && { lambda }),
    }),
    table: withStore(items, openStoredJson(settings, now), settings, { fetches: true }),
    arns: new Arns(accountOf(options)),
    deployed: async () =>
      substitutedMachines(typeof machines === 'function' ? await machines() : machines, options),
    now,
    newId,
    sleep,
    ...(retention && { redrivableMs: retention.redrivableMs }),
  });
}

function accountOf({
  region = process.env.AWS_REGION || 'us-east-1',
  accountId = '000000000000',
}: StepFunctionsApiOptions): Account {
  return { region, accountId };
}

function substitutedMachines(
  machines: readonly DeployedMachine[],
  { substitutions = JSON.parse(process.env[substitutionsVariable] || '{}') }: StepFunctionsApiOptions,
): readonly DeployedMachine[] {
  if (Object.keys(substitutions).length === 0) return machines;
  return machines.map(({ definition, ...machine }) => {
    if (definition === undefined) return machine;
    return { ...machine, definition: JSON.stringify(substituted(JSON.parse(definition), substitutions)) };
  });
}
