import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { isUnanswered } from '../../orchestrator/aws/errorKind.ts';
import { CannotReachAwsError } from '../errors.ts';

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
  const [sfnVariable, cloudWatchVariable] = ['AWS_ENDPOINT_URL_SFN', 'AWS_ENDPOINT_URL_CLOUDWATCH'] as const;
  const sfn = new SFNClient({ ...shared, ...endpoint(sfnVariable) });
  const cloudWatch = new CloudWatchClient({ ...shared, ...endpoint(cloudWatchVariable) });
  const outermost = { step: 'initialize', priority: 'high' } as const;
  sfn.middlewareStack.add(namingService('Step Functions', sfnVariable), outermost);
  cloudWatch.middlewareStack.add(namingService('CloudWatch', cloudWatchVariable), outermost);
  return {
    sfn,
    cloudWatch,
    close: () => {
      sfn.destroy();
      cloudWatch.destroy();
    },
  };
}

type Call<Given, Answer> = (given: Given) => Promise<Answer>;

/** Where a service does not answer, the error names it, and says what to look at. */
function namingService(service: string, variable: string) {
  return <Given, Answer>(next: Call<Given, Answer>): Call<Given, Answer> =>
    async (given) => {
      try {
        return await next(given);
      } catch (error) {
        if (!(error instanceof Error) || !isUnanswered(error)) throw error;
        throw new CannotReachAwsError(
          `${service} of the AWS account does not answer (${error.message || error.name}). ` +
            `Check --region, the network, and ${variable} where it is set.`,
        );
      }
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
