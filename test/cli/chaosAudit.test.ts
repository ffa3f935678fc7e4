import { describe, expect, it } from 'vitest';
import type { HistoryItems } from '../../orchestrator/table/requests.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { audit } from '../../tools/chaos/audit.ts';
import type { Subject } from '../../tools/chaos/subjects.ts';
import { sequential } from '../support/machines.ts';

const machine = sequential(2);
const subject = {
  executionId: 'e',
  machine: 'loan',
  input: { caseId: 'e', amount: 1 },
  status: 'SUCCEEDED',
  state: 'added',
} as const satisfies Subject;
const statuses = ['RUNNING', 'SUCCEEDED'] as const;

async function history(): Promise<HistoryItems> {
  const cloud = new SimulatedCloud([machine], { add: ({ to }: { to: number }) => to + 1 });
  await cloud.start('sequential', 'e', { M: { from: { N: '1' } } });
  await cloud.advance(5000);
  return cloud.table.executions.readHistory('e');
}

const differencesOf = (
  items: HistoryItems,
  told: readonly ('RUNNING' | 'SUCCEEDED' | 'FAILED')[] = statuses,
) => audit(subject, items, { tally: [], statuses: told }, [machine]).differences.join('\n');

describe('the audit of npm run chaos', () => {
  it('finds nothing where an execution went as it must', async () => {
    expect(differencesOf(await history())).toBe('');
  });

  it('finds an execution that never began', async () => {
    const { execution: _, ...rest } = await history();
    expect(differencesOf({ ...rest, execution: undefined })).toContain('was lost');
  });

  it('finds a result that was applied twice', async () => {
    const { execution, ...rest } = await history();
    if (!execution) throw new Error('There is no execution.');
    const twice = { ...execution, log: `${execution.log};t0#1~1` };
    expect(differencesOf({ ...rest, execution: twice })).toContain('task#0#1 is in its log twice');
  });

  it('finds a journal item that came to nothing', async () => {
    const { journal, ...rest } = await history();
    const lost = { kind: 'event', reference: 'event#lost', type: 'X', fields: {} } as const;
    expect(differencesOf({ ...rest, journal: [...journal, lost] })).toContain(
      'event#lost is in its journal, and was neither applied nor ignored',
    );
  });

  it('finds a state that journal and log do not lead to, and an end that must not be', async () => {
    const { execution, ...rest } = await history();
    if (!execution) throw new Error('There is no execution.');
    const other = { ...execution, state: 'adding', output: { sum: 99 } };
    expect(differencesOf({ ...rest, execution: other })).toMatch(
      /must be SUCCEEDED added(.|\n)*its replay is not what is stored/,
    );
  });

  it('finds an output that shows steps that were lost or taken twice', async () => {
    const { execution, ...rest } = await history();
    const output = execution?.output ?? null;
    const differences = (expected: typeof output) =>
      audit({ ...subject, output: expected }, { execution, ...rest }, { tally: [], statuses }, [machine])
        .differences;
    expect(differences(output)).toEqual([]);
    expect(differences({ sum: 99 })).toEqual([
      `e: its output is ${JSON.stringify(output)}, and must be {"sum":99}`,
    ]);
  });

  it('finds one that ended twice', async () => {
    const told = ['RUNNING', 'SUCCEEDED', 'SUCCEEDED'] as const;
    expect(differencesOf(await history(), told)).toContain("the bus received 'RUNNING SUCCEEDED SUCCEEDED'");
  });
});
