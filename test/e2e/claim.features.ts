import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasStatus, startItem, type TestCloud } from './testCloud.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
export const claimFunctions = join(repository, 'workers/functions');

/** The functions that the definition names, by the substitution of their ARN. */
export const functionsOfClaim = {
  ValidateClaimArn: 'validateClaim',
  ScoreClaimArn: 'scoreClaim',
  ScanDocumentArn: 'scanDocument',
  AskAdjusterArn: 'askAdjuster',
  PayClaimArn: 'payClaim',
} as const;

/** The example definition with unmodified functions, wherever it is deployed. */
export function claimFeatures(start: (machinesDirectory: string) => Promise<TestCloud>): void {
  let cloud: TestCloud;
  let machinesDirectory: string;
  beforeAll(async () => {
    machinesDirectory = await mkdtemp(join(tmpdir(), 'claim-'));
    await copyFile(join(repository, 'machines/claim.asl.json'), join(machinesDirectory, 'claim.asl.json'));
    cloud = await start(machinesDirectory);
  });
  afterAll(async () => {
    await cloud?.stop();
    await rm(machinesDirectory, { recursive: true, force: true });
  });

  const claim = (amount: number, account = 'open') => ({
    M: {
      amount: { N: String(amount) },
      account: { S: account },
      documents: { L: ['report', 'photo', 'bill'].map((name) => ({ S: name })) },
    },
  });
  const ended = (executionId: string) =>
    cloud.until(executionId, hasStatus('SUCCEEDED', 'FAILED', 'TIMED_OUT'), 60_000);

  describe('the definition of a claim', () => {
    it('runs its functions with what Step Functions would give them', async () => {
      await cloud.put(startItem('small', 'claim', claim(400)));
      expect(await ended('small')).toMatchObject({
        status: 'SUCCEEDED',
        output: {
          claim: { amount: 400, documents: ['report', 'photo', 'bill'] },
          assessment: { score: 100, pages: [6, 5, 4] },
          payment: { reference: 'small-400' },
        },
      });
    });

    it('waits for a person, who answers by the token', async () => {
      await cloud.put(startItem('large', 'claim', claim(5000)));
      const asked = await cloud.until(
        'large',
        ({ tasks }) => JSON.stringify(tasks ?? []).includes('Ask adjuster'),
        60_000,
      );
      const [task] = asked.tasks as { id: number; attempt: number }[];
      await cloud.put({
        executionId: { S: 'large' },
        item: { S: `task#${task?.id}#${task?.attempt}` },
        status: { S: 'SUCCEEDED' },
        output: { M: { accepted: { BOOL: true } } },
      });
      expect(await ended('large')).toMatchObject({
        status: 'SUCCEEDED',
        output: { payment: { reference: 'large-5000' } },
      });
    });

    it('catches what a function throws by its name', async () => {
      await cloud.put(startItem('wrong', 'claim', claim(-1)));
      expect(await ended('wrong')).toMatchObject({ status: 'FAILED', error: { name: 'ClaimRejected' } });
    });

    it('goes on after a redrive from the task that failed, and repeats nothing before it', async () => {
      await cloud.put(startItem('again', 'claim', claim(300, 'closed')));
      expect(await ended('again')).toMatchObject({ status: 'FAILED', error: { name: 'AccountClosed' } });
      const before = await results('again');
      await cloud.put({
        executionId: { S: 'again' },
        item: { S: 'event#redrive-1' },
        control: { S: 'redrive' },
        input: { M: { Payload: { M: { account: { S: 'open' } } } } },
      });
      const { status, output } = await cloud.until('again', hasStatus('SUCCEEDED'), 60_000);
      expect({ status, output }).toMatchObject({ output: { payment: { reference: 'again-300' } } });
      const after = await results('again');
      expect(after.filter((item) => !before.includes(item))).toHaveLength(1);
    });
  });

  async function results(executionId: string): Promise<string[]> {
    const items = await cloud.partition(executionId);
    return items.map(({ item }) => String(item)).filter((item) => item.startsWith('task#'));
  }
}
