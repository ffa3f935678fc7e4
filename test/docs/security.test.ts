import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { isDataKey, keyPart } from '../../orchestrator/table/stored/dataKeys.ts';
import { allowed, synthesized } from '../infra/cdk/synthesized.ts';
import { codeBlocksOf, repositoryDirectory } from './codeBlocks.ts';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

const blocks = (await codeBlocksOf('docs/security.md')).flatMap(({ marks, text }) => {
  const policy = marks.get('policy');
  return policy === undefined ? [] : [{ policy, statements: statementsOf(text) }];
});

function statementsOf(text: string): readonly Statement[] {
  return JSON.parse(text).Statement;
}

/** As `allowed` answers: `action on resource`. */
function documented(statements: readonly Statement[]): string[] {
  return statements
    .flatMap(({ Action, Resource }) =>
      [Action]
        .flat()
        .flatMap((action) => [Resource].flat().map((resource) => `${action} on ${shortOf(resource)}`)),
    )
    .sort();
}

const resources: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^\*$/, '*'],
  [/^arn:aws:dynamodb:REGION:ACCOUNT:table\/TABLE\/stream\/\*$/, 'Table.StreamArn'],
  [/^arn:aws:dynamodb:REGION:ACCOUNT:table\/TABLE/, 'Table'],
  [/^arn:aws:s3:::STORE/, 'Store'],
  [/^arn:aws:s3:::FAILURES/, 'Failures'],
  [/^arn:aws:lambda:REGION:ACCOUNT:function:PREFIX-failed$/, 'FailedFunction'],
  [/^arn:aws:lambda:REGION:ACCOUNT:function:PREFIX-orchestrator$/, 'OrchestratorFunction'],
  [/^arn:aws:lambda:REGION:ACCOUNT:function:PREFIX-recovery$/, 'RecoveryFunction'],
  [/^arn:aws:lambda:REGION:ACCOUNT:function:PREFIX-worker-\*$/, 'WorkerFunctions'],
];

function shortOf(arn: string): string {
  const known = resources.find(([pattern]) => pattern.test(arn));
  if (!known) throw new Error(`The page names a resource that the construct has not: ${arn}`);
  return arn.replace(...known);
}

function synthesizedPolicy(policy: string): string[] {
  if (
    policy === 'grantStart' ||
    policy === 'grantDirectStart' ||
    policy === 'grantSend' ||
    policy === 'grantDirectSend' ||
    policy === 'grantRead' ||
    policy === 'grantActivities' ||
    policy === 'grantDoctor'
  ) {
    let role: Role | undefined;
    const made = synthesized({}, (millrace, stack) => {
      role = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      millrace[policy](role).assertSuccess();
    });
    return allowed(made, { role });
  }
  const made = synthesized(policy === 'nudgingWorker' ? { nudge: true } : {});
  const deployed = policy.endsWith('orker') ? made.millrace.worker('charge') : made.millrace.orchestrator;
  return allowed(made, deployed)
    .filter((each) => !each.startsWith('logs:'))
    .map((each) => each.replace(/arn:AWS::Partition:lambda:.*-worker-\*$/, 'WorkerFunctions'))
    .map((each) => each.replace(/arn:AWS::Partition:lambda:.*-orchestrator$/, 'OrchestratorFunction'))
    .sort();
}

describe('the policies of docs/security.md', () => {
  it('are those of starter, sender, reader, worker, orchestrator and doctor', () => {
    expect(blocks.map(({ policy }) => policy)).toEqual([
      'grantStart',
      'grantDirectStart',
      'grantSend',
      'grantDirectSend',
      'grantRead',
      'grantActivities',
      'worker',
      'nudgingWorker',
      'orchestrator',
      'grantDoctor',
    ]);
  });

  it.each(blocks)('$policy is what the construct synthesizes', ({ policy, statements }) => {
    expect(documented(statements)).toEqual(synthesizedPolicy(policy));
  });
});

/** Every TypeScript file of the product. */
async function sources(): Promise<{ path: string; text: string }[]> {
  const found = await Promise.all(
    ['orchestrator', 'workers', 'client'].map(async (folder) =>
      (await readdir(join(repositoryDirectory, folder), { recursive: true }))
        .filter((path) => path.endsWith('.ts'))
        .map((path) => join(folder, path)),
    ),
  );
  return Promise.all(
    found
      .flat()
      .map(async (path) => ({ path, text: await readFile(join(repositoryDirectory, path), 'utf8') })),
  );
}

describe('what items hold', () => {
  it('is never evaluated: nothing in the product makes code of text', async () => {
    const evaluating = /\beval\(|new Function\(|\bvm\b['"]|runIn(?:This|New)?Context|import\((?!['"])/;
    const found = (await sources()).filter(({ text }) => evaluating.test(text)).map(({ path }) => path);
    expect(found).toEqual([]);
  });

  it('is in no expression: what varies in one is a value', async () => {
    const expression =
      /(?:Condition|KeyCondition|Filter|Update|Projection)Expression: `[^`]*\$\{(?!sets\.join)/;
    const found = (await sources()).filter(({ text }) => expression.test(text)).map(({ path }) => path);
    expect(found).toEqual([]);
  });

  it.each([
    'data/../secret',
    '../data/x',
    '/data/x',
    'data//x',
    'file:///etc/passwd',
    's3://other/data/x',
    'logs/x',
    'data/a\0b',
    'data',
  ])('reaches nothing outside of the data in the store: %j', (key) => {
    expect(isDataKey(key)).toBe(false);
  });

  it.each(['../../etc', 'a/b', '..', '\0', 'x'.repeat(300), '💥'])(
    'makes no path of an execution id: %j',
    (id) => {
      expect(keyPart(id)).toMatch(/^[\w~-]{1,200}$/);
      expect(isDataKey(`data/${keyPart(id)}/hash`)).toBe(true);
    },
  );
});
