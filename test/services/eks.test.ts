import { describe, expect, it } from 'vitest';
import { clientToken, conversation, failedWith, metadata, restError } from './conversation.ts';

const account = '123456789012';

describe('eks', () => {
  const cluster = { name: 'prod', status: 'CREATING', createdAt: 1_700_000_000.5 };
  const look = (path: string, answer: object) => ({ request: `GET ${path}`, answer: { body: answer } });
  const gone = (path: string) => ({
    request: `GET ${path}`,
    answer: restError(404, 'ResourceNotFoundException', 'No cluster found for name: prod.'),
  });

  it('creates a cluster and waits until it is active', async () => {
    const state = {
      Resource: 'arn:aws:states:::eks:createCluster.sync',
      Parameters: {
        Name: 'prod',
        RoleArn: `arn:aws:iam::${account}:role/eks`,
        ResourcesVpcConfig: { SubnetIds: ['subnet-1', 'subnet-2'] },
      },
    };
    const create = {
      request: 'POST /clusters',
      body: {
        name: 'prod',
        roleArn: `arn:aws:iam::${account}:role/eks`,
        resourcesVpcConfig: { subnetIds: ['subnet-1', 'subnet-2'] },
        clientRequestToken: clientToken,
      },
      answer: { body: { cluster } },
    };
    const active = { ...cluster, status: 'ACTIVE', certificateAuthority: { data: 'LS0tLS1=' } };
    const ended = await conversation(state, [
      create,
      look('/clusters/prod', { cluster }),
      look('/clusters/prod', { cluster: active }),
    ]);
    expect(ended.output).toEqual({
      Cluster: {
        Name: 'prod',
        Status: 'ACTIVE',
        CreatedAt: 1_700_000_000_500,
        CertificateAuthority: { Data: 'LS0tLS1=' },
      },
    });
    const plain = { ...state, Resource: 'arn:aws:states:::eks:createCluster' };
    expect((await conversation(plain, [create])).output).toEqual({
      Cluster: { Name: 'prod', Status: 'CREATING', CreatedAt: 1_700_000_000_500 },
      ...metadata,
    });
    const failed = { ...cluster, status: 'FAILED' };
    const { error } = await conversation(state, [create, look('/clusters/prod', { cluster: failed })]);
    expect(error).toEqual(
      failedWith({ Cluster: { Name: 'prod', Status: 'FAILED', CreatedAt: 1_700_000_000_500 } }),
    );
  });

  it('deletes a cluster and waits until it is gone', async () => {
    const state = { Resource: 'arn:aws:states:::eks:deleteCluster.sync', Parameters: { Name: 'prod' } };
    const remove = {
      request: 'DELETE /clusters/prod',
      answer: { body: { cluster: { ...cluster, status: 'DELETING' } } },
    };
    const ended = await conversation(state, [
      remove,
      look('/clusters/prod', { cluster: { ...cluster, status: 'DELETING' } }),
      gone('/clusters/prod'),
    ]);
    expect(ended.status).toBe('SUCCEEDED');
    const plain = { ...state, Resource: 'arn:aws:states:::eks:deleteCluster' };
    const unknown = {
      ...remove,
      answer: restError(404, 'ResourceNotFoundException', 'No cluster found for name: prod.'),
    };
    expect((await conversation(plain, [unknown])).error).toEqual({
      name: 'EKS.ResourceNotFoundException',
      message:
        'No cluster found for name: prod. (Service: AmazonEKS; Status Code: 404; Error Code: ResourceNotFoundException; Request ID: request-1; Proxy: null)',
    });
  });

  it('creates and deletes node groups', async () => {
    const create = {
      Resource: 'arn:aws:states:::eks:createNodegroup.sync',
      Parameters: {
        ClusterName: 'prod',
        NodegroupName: 'workers',
        NodeRole: `arn:aws:iam::${account}:role/nodes`,
        Subnets: ['subnet-1'],
        ScalingConfig: { MinSize: 1, MaxSize: 3, DesiredSize: 1 },
      },
    };
    const path = '/clusters/prod/node-groups';
    const group = (status: string, more: object = {}) => ({
      nodegroup: { nodegroupName: 'workers', status, ...more },
    });
    const post = {
      request: `POST ${path}`,
      body: {
        nodegroupName: 'workers',
        nodeRole: `arn:aws:iam::${account}:role/nodes`,
        subnets: ['subnet-1'],
        scalingConfig: { minSize: 1, maxSize: 3, desiredSize: 1 },
        clientRequestToken: clientToken,
      },
      answer: { body: group('CREATING') },
    };
    const created = await conversation(create, [
      post,
      look(`${path}/workers`, group('CREATING')),
      look(`${path}/workers`, group('ACTIVE')),
    ]);
    expect(created.output).toEqual({ Nodegroup: { NodegroupName: 'workers', Status: 'ACTIVE' } });
    const issues = [{ code: 'AsgInstanceLaunchFailures', message: 'No capacity.', resourceIds: ['asg'] }];
    const { error } = await conversation(create, [
      post,
      look(`${path}/workers`, group('CREATE_FAILED', { health: { issues } })),
    ]);
    expect(error).toEqual(
      failedWith({
        Nodegroup: {
          NodegroupName: 'workers',
          Status: 'CREATE_FAILED',
          Health: {
            Issues: [{ Code: 'AsgInstanceLaunchFailures', Message: 'No capacity.', ResourceIds: ['asg'] }],
          },
        },
      }),
    );
    const remove = {
      Resource: 'arn:aws:states:::eks:deleteNodegroup.sync',
      Parameters: { ClusterName: 'prod', NodegroupName: 'workers' },
    };
    const removed = await conversation(remove, [
      { request: `DELETE ${path}/workers`, answer: { body: group('DELETING') } },
      look(`${path}/workers`, group('DELETING')),
      gone(`${path}/workers`),
    ]);
    expect(removed.status).toBe('SUCCEEDED');
  });

  it('creates and deletes Fargate profiles', async () => {
    const path = '/clusters/prod/fargate-profiles';
    const profile = (status: string) => ({ fargateProfile: { fargateProfileName: 'jobs', status } });
    const created = await conversation(
      {
        Resource: 'arn:aws:states:::eks:createFargateProfile.sync',
        Parameters: {
          ClusterName: 'prod',
          FargateProfileName: 'jobs',
          PodExecutionRoleArn: `arn:aws:iam::${account}:role/pods`,
          Selectors: [{ Namespace: 'jobs', Labels: { appName: 'report' } }],
        },
      },
      [
        {
          request: `POST ${path}`,
          body: {
            fargateProfileName: 'jobs',
            podExecutionRoleArn: `arn:aws:iam::${account}:role/pods`,
            selectors: [{ namespace: 'jobs', labels: { appName: 'report' } }],
            clientRequestToken: clientToken,
          },
          answer: { body: profile('CREATING') },
        },
        look(`${path}/jobs`, profile('ACTIVE')),
      ],
    );
    expect(created.output).toEqual({ FargateProfile: { FargateProfileName: 'jobs', Status: 'ACTIVE' } });
    const removed = await conversation(
      {
        Resource: 'arn:aws:states:::eks:deleteFargateProfile.sync',
        Parameters: { ClusterName: 'prod', FargateProfileName: 'jobs' },
      },
      [
        { request: `DELETE ${path}/jobs`, answer: { body: profile('DELETING') } },
        look(`${path}/jobs`, profile('DELETE_FAILED')),
      ],
    );
    expect(removed.error).toEqual(
      failedWith({ FargateProfile: { FargateProfileName: 'jobs', Status: 'DELETE_FAILED' } }),
    );
  });
});
