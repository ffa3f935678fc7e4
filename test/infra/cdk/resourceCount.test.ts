import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import type { MillraceProps } from '../../../infra/cdk/index.ts';
import { emptyCode, network, type Synthesized, synthesized } from './synthesized.ts';

const page = await readFile(join(import.meta.dirname, '../../../docs/deploy.md'), 'utf8');

/** How many resources the table in docs/deploy.md gives for what its first column names. */
function documented(what: string): number {
  const [, count] = new RegExp(`^\\| ${what}[^|]*\\| (-?\\d+) `, 'm').exec(page) ?? [];
  if (count === undefined) throw new Error(`docs/deploy.md has no row '${what}'.`);
  return Number(count);
}

const workers = (count: number) =>
  Array.from({ length: count }, (_, number) => ({
    name: `worker${number}`,
    codeDirectory: emptyCode.workerHost.codeDirectory,
    handler: 'index.handler',
  }));

function resources({ template }: Synthesized): number {
  return Object.keys(template.toJSON().Resources).length;
}

const withWorkers = (count: number, props: Partial<MillraceProps> = {}) =>
  synthesized({ ...props, code: { ...emptyCode, workers: workers(count) } });

const fixed = documented('the construct');
const eachWorker = documented('each worker');
const rules = {
  Placed: { eventPattern: { source: ['shop'] }, start: { machine: 'order' } },
  Paid: { eventPattern: { source: ['shop'] }, start: { machine: 'order' } },
} as const;

describe("docs/deploy.md counts the template's resources", () => {
  it.each([
    ['without workers', 0, {}, fixed],
    ['for each worker', 3, {}, fixed + 3 * eachWorker],
    [
      'with one log group for the workers',
      3,
      { sharedWorkerLogs: true },
      fixed + documented('`sharedWorkerLogs`') + 3 * (eachWorker - 1),
    ],
    ['with a bus', 1, { bus: {} }, fixed + eachWorker + documented('`bus`')],
    [
      'with the API of Step Functions',
      1,
      { sfnEndpoint: true },
      fixed + eachWorker + documented('`sfnEndpoint`'),
    ],
    ['with rules', 1, { rules }, fixed + eachWorker + documented('`rules`') + 2 * documented('each rule')],
  ])('%s', (_, count, props, expected) => {
    // The policy that workers share is there with the first of them.
    expect(resources(withWorkers(count, props))).toBe(count === 0 ? expected - 1 : expected);
  });

  it('with functions that machines call', () => {
    const made = synthesized((stack) => ({
      code: { ...emptyCode, workers: workers(1) },
      functions: {
        billing: {
          function: new LambdaFunction(stack, 'Billing', {
            runtime: Runtime.NODEJS_24_X,
            code: Code.fromInline('exports.handler = async () => {}'),
            handler: 'index.handler',
          }),
        },
      },
    }));
    const ofUser = 2;
    expect(resources(made)).toBe(fixed + eachWorker + documented('each of `functions`') + ofUser);
  });

  it('in a network', () => {
    const made = synthesized((stack) => ({
      vpc: network(stack),
      code: { ...emptyCode, workers: workers(1) },
    }));
    const functions = made.millrace.description.functions.length;
    expect(resources(made)).toBe(fixed + eachWorker + functions * documented('`vpc`'));
  });

  it('and how many workers there can be', () => {
    const most = (each: number, others: number) => Math.floor((500 - others) / each);
    expect(page.replaceAll(/\s+/g, ' ')).toContain(
      `${most(eachWorker, fixed)} workers, or ${most(eachWorker - 1, fixed + documented('`sharedWorkerLogs`'))} with \`sharedWorkerLogs\``,
    );
  });
});

describe("CloudFormation's limit of 500 resources", () => {
  it('is refused at synthesis, with what to do, and warned of before', { timeout: 120_000 }, () => {
    const room = Math.floor((500 - fixed) / eachWorker);
    const many = withWorkers(room);
    expect(resources(many)).toBeLessThanOrEqual(500);
    Annotations.fromStack(many.stack).hasWarning('*', Match.stringLikeRegexp('set sharedWorkerLogs'));
    expect(() => withWorkers(room + 1).template).toThrow(
      /has 50\d resources, and CloudFormation takes 500\. Millrace's \d+ workers are most of them: set sharedWorkerLogs/,
    );
  });
});
