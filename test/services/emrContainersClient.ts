import {
  EMRServerlessClient,
  type EMRServerlessClientConfig,
  EMRServerlessServiceException,
  ResourceNotFoundException,
  ValidationException,
} from '@aws-sdk/client-emr-serverless';
import { makeBuilder } from '@smithy/core/client';
import { getEndpointPlugin } from '@smithy/core/endpoints';
import type { ServiceClients } from '../../services/index.ts';
import { clientOfModule, type SdkModule } from '../../services/sdk/clients.ts';
import { clientSettings } from './recorder.ts';

type Operation = Parameters<ReturnType<typeof makeBuilder>>[3];
type Schema = Operation[4];

/**
 * A client of EMR on EKS for the tests, from the part of its API's model that its integrations use: the package of its client
 * brings schemas only in some of its versions. Everything else is the client of EMR Serverless, which has the same protocol.
 */
const namespace = 'com.amazonaws.emrcontainers';
const [text, time, texts, label, token] = [0, 5, 128, 1, 4];

const structure = (name: string, members: Readonly<Record<string, Schema>>): Schema => [
  3,
  namespace,
  name,
  0,
  Object.keys(members),
  Object.values(members),
];

const eksInfo = structure('EksInfo', { namespace: text });
const containerProvider = structure('ContainerProvider', {
  type: text,
  id: text,
  info: structure('ContainerInfo', { eksInfo }),
});
const sparkSubmit = structure('SparkSubmitJobDriver', {
  entryPoint: text,
  entryPointArguments: 64,
  sparkSubmitParameters: text,
});
const jobDriver = structure('JobDriver', { sparkSubmitJobDriver: sparkSubmit });
const jobRun = structure('JobRun', {
  id: text,
  name: text,
  virtualClusterId: text,
  state: text,
  createdAt: time,
  finishedAt: time,
  stateDetails: text,
  failureReason: text,
  jobDriver,
  tags: texts,
});
const virtualCluster = structure('VirtualCluster', {
  id: text,
  name: text,
  state: text,
  containerProvider,
  createdAt: time,
});
const id: Schema = [text, label];
const clientToken: Schema = [text, token];
const ofRun = { id, virtualClusterId: id };
const clusters = '/virtualclusters';
const runs = `${clusters}/{virtualClusterId}/jobruns`;

type Members = Readonly<Record<string, Schema>>;

const operations: Readonly<
  Record<string, readonly [method: string, path: string, input: Members, output: Members]>
> = {
  CreateVirtualCluster: [
    'POST',
    clusters,
    { name: text, containerProvider, clientToken, tags: texts },
    { id: text, name: text, arn: text },
  ],
  DeleteVirtualCluster: ['DELETE', `${clusters}/{id}`, { id }, { id: text }],
  DescribeVirtualCluster: ['GET', `${clusters}/{id}`, { id }, { virtualCluster }],
  StartJobRun: [
    'POST',
    runs,
    {
      name: text,
      virtualClusterId: id,
      clientToken,
      executionRoleArn: text,
      releaseLabel: text,
      jobDriver,
    },
    { id: text, name: text, arn: text, virtualClusterId: text },
  ],
  DescribeJobRun: ['GET', `${runs}/{id}`, ofRun, { jobRun }],
  CancelJobRun: ['DELETE', `${runs}/{id}`, ofRun, { id: text, virtualClusterId: text }],
};

const builtIn = (name: string) => ({ type: 'builtInParams', name }) as const;
const command = makeBuilder(
  {
    Endpoint: builtIn('endpoint'),
    Region: builtIn('region'),
    UseDualStack: builtIn('useDualstackEndpoint'),
    UseFIPS: builtIn('useFipsEndpoint'),
  },
  'AwsChicagoWebService',
  'EMRContainersClient',
  getEndpointPlugin,
);

const commands = Object.fromEntries(
  Object.entries(operations).map(([name, [method, path, input, output]]) => [
    `${name}Command`,
    command({}, () => [], name, [
      9,
      namespace,
      name,
      { http: [method, path, 200] },
      structure(`${name}Request`, input),
      structure(`${name}Response`, output),
    ]),
  ]),
);

class EMRContainersClient extends EMRServerlessClient {
  constructor(configuration: EMRServerlessClientConfig) {
    super({ ...configuration, serviceId: 'EMR containers' });
  }
}

const module: SdkModule = {
  EMRContainersClient,
  EMRContainersServiceException: EMRServerlessServiceException,
  ResourceNotFoundException,
  ValidationException,
  ...commands,
};

/** Clients that talk to a stand-in of EMR on EKS. */
export function emrContainersClients(endpoint: string): ServiceClients {
  const client = clientOfModule('emrcontainers', module, clientSettings(endpoint));
  return {
    clientOf: async (service) => {
      if (service === 'emrcontainers') return client;
      throw new TypeError(`This test has no client for '${service}'.`);
    },
  };
}
