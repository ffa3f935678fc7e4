import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loan } from '../../machines/loan.ts';
import type { Execution } from '../../orchestrator/core/execution/model/execution.ts';
import { SimulatedCloud } from '../../testing/simulatedCloud.ts';
import { type LoanEnd, loggedEnd } from '../../tools/loans/loggedOutcome.ts';
import { decideActivity } from '../../workers/examples/decideActivity.ts';
import { caseFileVariable, readCaseFile } from '../../workers/examples/loanCases/caseFile.ts';
import { type CaseFile, type Course, courses, writeCaseFile } from './caseFileFixture.ts';

let file: CaseFile;

beforeAll(async () => {
  file = await writeCaseFile({ gzip: true });
  vi.stubEnv(caseFileVariable, file.path);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await file.remove();
});

describe('a loan application', () => {
  it('becomes what the log says, by each course there is', async () => {
    const logged: Record<string, LoanEnd> = {};
    const ended: Record<string, LoanEnd> = {};
    for await (const { caseId, activities } of readCaseFile(file.path)) {
      logged[caseId] = loggedEnd(caseId, activities);
      ended[caseId] = endOf(await (await start(caseId as Course)).execution(caseId));
    }
    expect(Object.keys(logged)).toEqual(Object.keys(courses));
    expect(ended).toEqual(logged);
  });

  it('becomes the same while records come twice, late and in any order', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const cloud = await start('registeredFirst', seed);
      expect(endOf(await cloud.execution('registeredFirst')), `seed ${seed}`).toEqual({
        outcome: 'approved',
        state: 'approved',
      });
    }
  });

  it('that no one has decided stays RUNNING, with no task and nothing to wake it', async () => {
    const cloud = await start('openAccepted');
    const execution = await cloud.execution('openAccepted');
    expect(execution).toMatchObject({ status: 'RUNNING', state: 'accepted', tasks: [] });
    await cloud.advance(24 * 3_600_000);
    expect(await cloud.execution('openAccepted')).toMatchObject({ status: 'RUNNING', state: 'accepted' });
  });

  it.each([
    ['DECLINE', 'declined'],
    ['CANCEL', 'cancelled'],
  ])('that is open ends with the event %s', async (event, outcome) => {
    const cloud = await start('openFinalized');
    await cloud.send('openFinalized', event);
    await cloud.advance(10_000);
    expect(endOf(await cloud.execution('openFinalized'))).toEqual({ outcome, state: outcome });
  });

  it('that is open asks for the decision again with the event RESUME', async () => {
    const cloud = await start('openPreaccepted');
    const asked = cloud.invocations.length;
    await cloud.send('openPreaccepted', 'RESUME');
    await cloud.advance(10_000);
    expect(cloud.invocations.length).toBe(asked + 1);
    expect(await cloud.execution('openPreaccepted')).toMatchObject({
      status: 'RUNNING',
      state: 'preaccepted',
    });
  });

  it('that is not in the case file fails, and says so', async () => {
    const cloud = new SimulatedCloud([loan], { decideActivity });
    await cloud.start('loan', 'c1', { M: { caseId: { S: 'nobody' }, amount: { N: '1' } } });
    await cloud.advance(600_000);
    expect(await cloud.execution('c1')).toMatchObject({
      status: 'FAILED',
      error: { name: 'CaseFileError', message: "The case file has no case 'nobody'." },
    });
    expect(cloud.invocations).toHaveLength(1);
  });
});

async function start(course: Course, seed?: number): Promise<SimulatedCloud> {
  const unkind = seed === undefined ? { seed: 1 } : { seed, duplicate: 0.5, maximumDelayMs: 2000 };
  const cloud = new SimulatedCloud([loan], { decideActivity }, unkind);
  await cloud.start('loan', course, { M: { caseId: { S: course }, amount: { N: '5000' } } });
  await cloud.advance(600_000);
  return cloud;
}

function endOf({ status, state, output }: Execution): LoanEnd {
  const outcome = status === 'RUNNING' ? 'open' : (output as { outcome: LoanEnd['outcome'] }).outcome;
  return { outcome, state: String(state) };
}
