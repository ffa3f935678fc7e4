import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateStateMachineCommand,
  type CreateStateMachineCommandInput,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  SFNClient,
  type SFNClientConfig,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { createClient, type MillraceClient } from '../../client/index.ts';
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../../local/index.ts';
import type { Json } from '../../orchestrator/core/data/json.ts';
import { eventually } from '../support/eventually.ts';

export const roleArn = 'arn:aws:iam::000000000000:role/orders';
export const prefix = 'arn:aws:states:us-east-1:000000000000';

/** A local cloud with one function and one deployed definition, whose API of Step Functions is called. */
export class ApiCloud {
  readonly cloud: LocalCloud;
  readonly sfn: SFNClient;
  readonly millrace: MillraceClient;
  readonly output: readonly string[];
  readonly #directory: string;

  private constructor(cloud: LocalCloud, directory: string, output: readonly string[]) {
    this.cloud = cloud;
    this.output = output;
    this.#directory = directory;
    this.sfn = this.client();
    const { dynamodb, tableName, now } = cloud;
    this.millrace = createClient({ dynamodb, tableName, now });
  }

  static async start(options: Partial<LocalCloudOptions> = {}): Promise<ApiCloud> {
    const directory = await mkdtemp(join(tmpdir(), 'millrace-api-'));
    for (const [folder, name, text] of files) {
      await mkdir(join(directory, folder), { recursive: true });
      await writeFile(join(directory, folder, name), text);
    }
    const output: string[] = [];
    const cloud = await startLocalCloud({
      machinesDirectory: join(directory, 'machines'),
      workersDirectory: join(directory, 'workers'),
      functionsDirectory: join(directory, 'functions'),
      bus: false,
      stepFunctions: true,
      log: ({ source, text }) => output.push(`${source}: ${text}`),
      ...options,
    });
    return new ApiCloud(cloud, directory, output);
  }

  client(config: SFNClientConfig = {}): SFNClient {
    return new SFNClient({
      endpoint: this.cloud.environment.AWS_ENDPOINT_URL_SFN ?? '',
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      disableHostPrefix: true,
      maxAttempts: 1,
      ...config,
    });
  }

  /** Answers its ARN. */
  async create(
    name: string,
    definition: Json,
    more: Partial<CreateStateMachineCommandInput> = {},
  ): Promise<string> {
    const input = { name, definition: JSON.stringify(definition), roleArn, ...more };
    const { stateMachineArn = '' } = await this.sfn.send(new CreateStateMachineCommand(input));
    return stateMachineArn;
  }

  /** Answers its ARN. */
  async begin(stateMachineArn: string, input: Json = {}, name?: string): Promise<string> {
    const start = { stateMachineArn, input: JSON.stringify(input), ...(name !== undefined && { name }) };
    const { executionArn = '' } = await this.sfn.send(new StartExecutionCommand(start));
    return executionArn;
  }

  describe(executionArn: string): Promise<DescribeExecutionCommandOutput> {
    return this.sfn.send(new DescribeExecutionCommand({ executionArn }));
  }

  async ended(executionArn: string): Promise<DescribeExecutionCommandOutput> {
    const read = () => this.describe(executionArn);
    return eventually(read, ({ status }) => status !== 'RUNNING', { what: executionArn });
  }

  async stop(): Promise<void> {
    this.sfn.destroy();
    await this.cloud.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

const files = [
  ['workers', 'unused.txt', ''],
  [
    'machines',
    'deployed.asl.json',
    JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', End: true } } }),
  ],
  [
    'functions',
    'charge.mjs',
    `export const handler = async (event) => {
  if (event.fails) throw Object.assign(new Error('no money'), { name: 'Refused' });
  return { charged: event };
};
`,
  ],
] as const;
