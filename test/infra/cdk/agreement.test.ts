import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import type { MillraceProps } from '../../../infra/cdk/index.ts';
import { describeDeployment } from '../../../infra/describe.ts';
import type { DeploymentDescription } from '../../../infra/description.ts';
import type { Template, Value } from '../../../infra/template/cloudFormation.ts';
import { TemplateResources } from '../../../infra/template/cloudFormation.ts';
import { describeTemplate } from '../../../infra/template/readDeployment.ts';
import { assetsOf, emptyCode, synthesized } from './synthesized.ts';

const rules = {
  Placed: {
    eventPattern: { source: ['shop'], $or: [{ detail: { sum: [{ exists: true }] } }, { region: ['eu'] }] },
    start: { machine: 'order', executionId: '$.detail.id' },
  },
  Paid: { eventPattern: { source: ['<till>'] }, send: { executionId: '$.detail.id', type: '<PAID>' } },
} as const;
const limits: Partial<MillraceProps> = {
  workerOptions: {
    charge: { memorySize: 1024, timeout: Duration.minutes(2), reservedConcurrentExecutions: 5 },
  },
  reservedConcurrency: { orchestrator: 20, clock: 2 },
};
const { template, millrace, stack } = synthesized(
  { bus: {}, rules, sfnEndpoint: true, indexShards: 8, ...limits },
  (construct) => {
    construct.addWorker('bill', {
      codePath: emptyCode.workerHost.codeDirectory,
      handler: 'bill.handler',
      memorySize: 512,
    });
  },
);
const json: Template = template.toJSON();
const resources = new TemplateResources(json);
const fromTemplate = describeTemplate(json, assetsOf(json));

describe('the template says what the deployment description says of', () => {
  const described: DeploymentDescription = withNames(stack.resolve(millrace.description));

  it('the table', () => {
    expect(fromTemplate.table).toEqual(described.table);
  });

  it('the event sources', () => {
    expect(fromTemplate.eventSource).toEqual(described.eventSource);
    expect(fromTemplate.bus).toEqual(described.bus);
  });

  it('the rules', () => {
    expect(fromTemplate.rules).toEqual(described.rules);
    expect(fromTemplate.rules).toHaveLength(2);
    expect(fromTemplate.rules?.[0]?.eventBusName).toBe(fromTemplate.bus?.eventBusName);
  });

  it('every function', () => {
    const comparable = ({ functions }: DeploymentDescription) =>
      Object.fromEntries(
        functions.map(({ functionName, codeDirectory: _, ...rest }) => [functionName, rest]),
      );
    const expected = Object.entries(comparable(described)).map(([name, each]) => [
      name,
      { ...each, environment: { ...each.environment, NODE_OPTIONS: '--enable-source-maps' } },
    ]);
    expect(comparable(fromTemplate)).toEqual(Object.fromEntries(expected));
  });

  it('the schedules', () => {
    expect(fromTemplate.schedules).toEqual(described.schedules);
  });

  it('the store', () => {
    const { permissions, ...store } = fromTemplate.store ?? {};
    expect(store).toMatchObject({ expirations: described.store?.expirations });
    expect(new Set(permissions)).toEqual(new Set(described.store?.permissions));
  });
});

describe('the template says of the failure bucket', () => {
  it('what the deployment description says: what may be done with it, and who is called for its objects', () => {
    const described: DeploymentDescription = withNames(stack.resolve(millrace.description));
    expect(fromTemplate.failures).toBeDefined();
    expect(sorted(fromTemplate.failures)).toEqual(sorted(described.failures));
  });
});

describe('the deployment description of the construct', () => {
  it('is that of the local cloud, but for names and addresses', () => {
    const local = describeDeployment(
      {
        orchestrator: '',
        workerHost: '',
        publisher: '',
        ingest: '',
        stepFunctions: '',
        workers: [
          ...emptyCode.workers.map((each) =>
            each.name === 'charge'
              ? { ...each, memorySizeMb: 1024, timeoutSeconds: 120, reservedConcurrentExecutions: 5 }
              : each,
          ),
          { name: 'bill', codeDirectory: '', handler: 'bill.handler', memorySizeMb: 512 },
          { name: 'aws-services', codeDirectory: '', handler: 'index.handler' },
        ],
      },
      {
        reservedConcurrency: { orchestrator: 20, clock: 2 },
        indexShards: 8,
        store: 's3://store',
        failures: 's3://failures',
        eventBusName: 'bus',
        rules,
      },
    );
    const { functions, ...rest } = millrace.description;
    const prefix = functions[0]?.functionName.replace('orchestrator', '') ?? '';
    const { eventBusName = '' } = rest.bus ?? {};
    const unnamed = JSON.stringify(rest)
      .replaceAll(eventBusName, 'bus')
      .replaceAll(prefix, 'millrace-')
      .replace(millrace.table.tableName, 'millrace')
      .replaceAll(millrace.failureBucket.bucketName, 'failures');
    const { functions: localFunctions, ...localRest } = local;
    expect(JSON.parse(unnamed)).toEqual(localRest);
    const limitsOf = (each: DeploymentDescription['functions'][number]) => ({
      role: each.role,
      handler: each.handler,
      timeoutSeconds: each.timeoutSeconds,
      memorySizeMb: each.memorySizeMb,
      reservedConcurrentExecutions: each.reservedConcurrentExecutions,
      eventInvokeConfig: each.eventInvokeConfig,
    });
    const named = JSON.parse(JSON.stringify(functions).replaceAll(prefix, 'millrace-')) as typeof functions;
    expect(named.map(limitsOf)).toEqual(localFunctions.map(limitsOf));
  });
});

function sorted(failures: DeploymentDescription['failures']): unknown {
  return (
    failures && {
      ...failures,
      permissions: [...failures.permissions].sort(),
      recovery: { ...failures.recovery, permissions: [...failures.recovery.permissions].sort() },
    }
  );
}

/** References to resources as the names that they have in a description read from a template. */
function withNames(value: DeploymentDescription): DeploymentDescription {
  return JSON.parse(
    JSON.stringify(value, (_, each: Value) => {
      const isReference =
        typeof each === 'object' &&
        each !== null &&
        ('Ref' in each || 'Fn::Join' in each || 'Fn::GetAtt' in each);
      return isReference ? resources.text(each) : each;
    }),
  );
}
