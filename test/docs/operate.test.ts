import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Millrace } from '../../infra/cdk/index.ts';
import { countedReports } from '../../infra/cdk/metrics.ts';
import { metricDefinitions } from '../../orchestrator/observability/metricDefinitions.ts';
import { synthesized } from '../infra/cdk/synthesized.ts';
import { repositoryDirectory } from './codeBlocks.ts';

const page = await readFile(join(repositoryDirectory, 'docs/operate.md'), 'utf8');

/** The names in the first column of the table under a heading. */
function rowsUnder(heading: string): string[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name);
}

describe('docs/operate.md says what to do about', () => {
  it('every alarm of the construct, and about no other', () => {
    const { millrace } = synthesized({ bus: { endpoint: 'https://bus.example' } });
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
    const methods = Object.getOwnPropertyNames(Millrace.prototype).filter((name) =>
      name.startsWith('metric'),
    );
    expect(rowsUnder('Metrics of AWS that the construct names').sort()).toEqual(methods.sort());
  });
});
