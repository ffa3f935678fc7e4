import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { SFNClient } from '@aws-sdk/client-sfn';

/** The clients of an AWS account whose state machines are read. */
export interface Account {
  readonly sfn: SFNClient;
  readonly cloudWatch: CloudWatchClient;
  close(): void;
}

export interface AccountOptions {
  /** A profile of the AWS configuration. @default as the environment says */
  readonly profile?: string;
  readonly region?: string;
}

/** An account may have thousands of state machines, and the rates of its API are low. */
const maxAttempts = 8;

/** Opens the account that the environment names. The AWS SDK finds credentials as the AWS CLI does. */
export async function openAccount(
  { profile, region }: AccountOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Account> {
  const [{ SFNClient }, { CloudWatchClient }] = await Promise.all([
    import('@aws-sdk/client-sfn'),
    import('@aws-sdk/client-cloudwatch'),
  ]);
  const given = region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  const accessKeyId = environment.AWS_ACCESS_KEY_ID;
  const secretAccessKey = environment.AWS_SECRET_ACCESS_KEY;
  const sessionToken = environment.AWS_SESSION_TOKEN;
  const shared = {
    maxAttempts,
    retryMode: 'adaptive',
    ...(given && { region: given }),
    ...(profile !== undefined && { profile }),
    ...(profile === undefined &&
      accessKeyId &&
      secretAccessKey && {
        credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
      }),
  };
  const endpoint = (name: string) => {
    const url = environment[name];
    return url ? { endpoint: url } : {};
  };
  const sfn = new SFNClient({ ...shared, ...endpoint('AWS_ENDPOINT_URL_SFN') });
  const cloudWatch = new CloudWatchClient({ ...shared, ...endpoint('AWS_ENDPOINT_URL_CLOUDWATCH') });
  return {
    sfn,
    cloudWatch,
    close: () => {
      sfn.destroy();
      cloudWatch.destroy();
    },
  };
}

/** The permissions that `migrate assess` and `migrate compare` need: they read, and change nothing. */
export const readOnlyPolicy = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: [
        'states:ListStateMachines',
        'states:DescribeStateMachine',
        'states:ListExecutions',
        'states:DescribeExecution',
        'states:DescribeStateMachineForExecution',
        'states:GetExecutionHistory',
        'cloudwatch:GetMetricData',
      ],
      Resource: '*',
    },
  ],
} as const;
