import { afterEach, describe, expect, it, vi } from 'vitest';
import { loggedEnd } from '../../tools/loans/loggedOutcome.ts';
import { caseFileVariable, readCaseFile } from '../../workers/examples/loanCases/caseFile.ts';
import { type CaseFile, courses, writeCaseFile } from './caseFileFixture.ts';

let file: CaseFile | undefined;

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.resetModules();
  await file?.remove();
  file = undefined;
});

async function read(path: string) {
  const cases = [];
  for await (const each of readCaseFile(path)) cases.push(each);
  return cases;
}

describe('a case file', () => {
  it('is read packed and unpacked, and gives what happened to the applications themselves', async () => {
    file = await writeCaseFile();
    const cases = await read(file.path);
    expect(cases.map(({ caseId }) => caseId)).toEqual(Object.keys(courses));
    expect(cases[0]).toEqual({
      caseId: 'declinedAtOnce',
      amount: 5000,
      activities: ['A_SUBMITTED', 'A_PARTLYSUBMITTED', 'A_DECLINED'],
    });
    const packed = await writeCaseFile({ gzip: true });
    expect(await read(packed.path)).toEqual(cases);
    await packed.remove();
  });

  it('that is not there, or is not packed though its name says so, is a CaseFileError', async () => {
    await expect(read('/nowhere/cases.ndjson')).rejects.toMatchObject({ code: 'CaseFile' });
    await expect(read('/nowhere/cases.ndjson.gz')).rejects.toMatchObject({ code: 'CaseFile' });
    await expect(read(`${import.meta.filename}.gz`)).rejects.toMatchObject({ code: 'CaseFile' });
  });

  it('with a line that is not a case is a CaseFileError that names the line', async () => {
    file = await writeCaseFile({ more: '{"caseId":7}\n' });
    await expect(read(file.path)).rejects.toThrow(`${file.path}:15 is not a case`);
    await file.remove();
    file = await writeCaseFile({ more: 'hello\n' });
    await expect(read(file.path)).rejects.toThrow(`${file.path}:15 is not a JSON object`);
  });
});

describe('the worker that decides by the case file', () => {
  it.each([undefined, ''])('says which variable to set where it is %j', async (value) => {
    vi.stubEnv(caseFileVariable, value);
    const { decideActivity } = await import('../../workers/examples/decideActivity.ts');
    await expect(decideActivity({ caseId: 'a', after: 'A_SUBMITTED' })).rejects.toMatchObject({
      name: 'CaseFileError',
      retryable: false,
      message: expect.stringContaining('Set MILLRACE_CASE_FILE to the path'),
    });
  });

  it('says that the file of the variable is not there', async () => {
    vi.stubEnv(caseFileVariable, '/nowhere/cases.ndjson');
    const { decideActivity } = await import('../../workers/examples/decideActivity.ts');
    await expect(decideActivity({ caseId: 'a', after: 'A_SUBMITTED' })).rejects.toThrow(
      "The case file '/nowhere/cases.ndjson' cannot be read",
    );
  });

  it('answers what came next, one activity that came later, or that no one has decided', async () => {
    file = await writeCaseFile();
    vi.stubEnv(caseFileVariable, file.path);
    const { decideActivity } = await import('../../workers/examples/decideActivity.ts');
    const caseId = 'registeredFirst';
    expect(await decideActivity({ caseId, after: 'A_FINALIZED' })).toEqual({ next: 'A_REGISTERED' });
    expect(await decideActivity({ caseId, after: 'A_FINALIZED', only: 'A_APPROVED' })).toEqual({
      next: 'A_APPROVED',
    });
    expect(await decideActivity({ caseId: 'openAccepted', after: 'A_ACCEPTED' })).toEqual({ next: null });
  });
});

describe('what the log says of a case', () => {
  it('is where it ended, or where it stays open', () => {
    expect(loggedEnd('1', ['A_SUBMITTED', 'A_PARTLYSUBMITTED', 'A_DECLINED'])).toEqual({
      outcome: 'declined',
      state: 'declined',
    });
    expect(loggedEnd('1', ['A_FINALIZED'])).toEqual({ outcome: 'open', state: 'finalized' });
    expect(loggedEnd('1', ['A_ACTIVATED', 'A_APPROVED', 'A_REGISTERED'])).toEqual({
      outcome: 'approved',
      state: 'approved',
    });
  });

  it('is refused where it stays at an activity that no application can stay at', () => {
    expect(() => loggedEnd('7', ['A_FINALIZED', 'A_APPROVED'])).toThrow(
      "The log leaves case '7' at A_APPROVED",
    );
    expect(() => loggedEnd('7', [])).toThrow("The log leaves case '7' at nothing");
  });
});
