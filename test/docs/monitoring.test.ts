import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { transform } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { Millrace } from '../../infra/cdk/index.ts';
import { countedReports } from '../../infra/cdk/metrics.ts';
import { metricDefinitions } from '../../orchestrator/observability/metricDefinitions.ts';
import { synthesized } from '../infra/cdk/synthesized.ts';
import { codeBlocksOf, repositoryDirectory } from './codeBlocks.ts';

const page = await readFile(join(repositoryDirectory, 'docs/monitoring.md'), 'utf8');

const rules = { Placed: { eventPattern: { source: ['shop'] }, start: { machine: 'order' } } };

/** The names in the first column of the table under a heading. */
function rowsUnder(heading: string): string[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name);
}

describe('docs/monitoring.md says what to do about', () => {
  it('every alarm of the construct, and about no other', () => {
    const { millrace } = synthesized({ bus: { endpoint: 'https://bus.example' }, rules });
    expect(rowsUnder('Alarms').sort()).toEqual(Object.keys(millrace.alarms).sort());
  });

  it('every metric that the functions publish, and of what it is', () => {
    expect(rowsUnder('Metrics of the functions')).toEqual(Object.keys(metricDefinitions));
    for (const [name, { of }] of Object.entries(metricDefinitions)) {
      const column = of === 'both' ? 'machine, deployment' : of;
      expect(page).toContain(`| \`${name}\` | ${column} |`);
    }
  });

  it('every report that is counted', () => {
    expect(rowsUnder('Metrics of reports').sort()).toEqual(Object.keys(countedReports).sort());
  });

  it('every metric that the construct has a method for', () => {
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(Millrace.prototype)).filter((name) =>
      name.startsWith('metric'),
    );
    expect(rowsUnder('Metrics of AWS that the construct names').sort()).toEqual(methods.sort());
  });
});

describe('docs/deploy.md says what alarms cost', () => {
  it.each([
    ['without a bus', {}, /alarms are (\d\.\d\d) more \((\d+) metrics in (\d+)\s+alarms/],
    ['with a bus', { bus: { endpoint: 'https://bus.example' } }, /; (\d\.\d\d) with a bus/],
    ['with rules', { rules }, /, (\d\.\d\d) with rules/],
  ] as const)('%s', async (_, props, says) => {
    const text = await readFile(join(repositoryDirectory, 'docs/deploy.md'), 'utf8');
    const deploy = text.replaceAll(/\s+/g, ' ');
    const [, usd, metrics, count] = says.exec(deploy) ?? [];
    const alarms = Object.values(synthesized(props).template.findResources('AWS::CloudWatch::Alarm'));
    // An alarm is paid for by the metrics that it looks at.
    const looked = alarms.reduce((sum, { Properties: { Metrics = [{ MetricStat: true }] } }) => {
      const own: readonly { readonly MetricStat?: unknown }[] = Metrics;
      return sum + own.filter(({ MetricStat }) => MetricStat !== undefined).length;
    }, 0);
    expect(Number(usd)).toBeCloseTo(looked * 0.1);
    if (metrics !== undefined) expect([Number(metrics), Number(count)]).toEqual([looked, alarms.length]);
  });
});

describe('docs/monitoring.md shows', () => {
  it('alarms of one’s own that can be made', async () => {
    const { template } = await alarmsOfThePage();
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'IteratorAge',
      AlarmActions: [Match.anyValue()],
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Threshold: 20,
      Metrics: Match.arrayWith([
        Match.objectLike({
          MetricStat: {
            Metric: Match.objectLike({
              MetricName: 'ExecutionsFailed',
              Dimensions: Match.arrayWith([{ Name: 'machine', Value: 'order' }]),
            }),
          },
        }),
      ]),
    });
  });

  it('a worker that hands the trace on', async () => {
    const [, block] = (await codeBlocksOf('docs/monitoring.md')).filter(({ language }) => language === 'ts');
    const { code } = await transform(block?.text ?? '', { loader: 'ts', format: 'cjs' });
    const paid: unknown[] = [];
    const defineWorker = (work: (input: object, task: object) => Promise<unknown>) => work;
    const pay = async (_: object, options: object) => paid.push(options);
    const page: { exports: { handler?: ReturnType<typeof defineWorker> } } = { exports: {} };
    new Function('defineWorker', 'pay', 'module', code)(defineWorker, pay, page);
    const { handler } = page.exports;
    if (!handler) throw new Error('The page exports no handler.');
    await handler({}, { traceparent: '00-a-b-01' });
    await handler({}, {});
    expect(paid).toEqual([{ headers: { traceparent: '00-a-b-01' } }, { headers: {} }]);
  });
});

async function alarmsOfThePage() {
  const [block] = (await codeBlocksOf('docs/monitoring.md')).filter(({ language }) => language === 'ts');
  return synthesized({}, (millrace, stack) => {
    const pager = new SnsAction(new Topic(stack, 'Pager'));
    new Function('millrace', 'pager', 'Alarm', block?.text ?? '').call(stack, millrace, pager, Alarm);
  });
}
