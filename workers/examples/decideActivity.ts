import { defineWorker } from 'millrace/workers';
import { type Activity, CaseFileError, caseFileVariable, readCaseFile } from './loanCases/caseFile.ts';

export interface DecideActivityInput {
  readonly caseId: string;
  /** The activity that the application stands at. */
  readonly after: Activity;
  /** Asks for this one only. @default whichever came next */
  readonly only?: Activity;
}

export interface Decision {
  /** Null until the next activity is decided. */
  readonly next: Activity | null;
}

/** Decides the next activity of a loan application as the bank did: by looking it up in the bank's case file. */
export async function decideActivity({ caseId, after, only }: DecideActivityInput): Promise<Decision> {
  const happened = (await cases()).get(caseId);
  if (!happened) throw new CaseFileError(`The case file has no case '${caseId}'.`);
  if (!happened.includes(after)) throw new CaseFileError(`Case '${caseId}' never was at ${after}.`);
  const later = happened.slice(happened.indexOf(after) + 1);
  const next = only === undefined ? later[0] : later.find((activity) => activity === only);
  return { next: next ?? null };
}

export const handler = defineWorker(decideActivity);

let loading: Promise<ReadonlyMap<string, readonly Activity[]>> | undefined;

/** Read once in a process. Cases share the few sequences of activities that there are. */
function cases(): Promise<ReadonlyMap<string, readonly Activity[]>> {
  loading ??= load(process.env[caseFileVariable]);
  return loading;
}

async function load(path: string | undefined): Promise<ReadonlyMap<string, readonly Activity[]>> {
  if (!path) {
    throw new CaseFileError(
      `Set ${caseFileVariable} to the path of the bank's case file (ndjson or ndjson.gz).`,
    );
  }
  const sequences = new Map<string, readonly Activity[]>();
  const cases = new Map<string, readonly Activity[]>();
  for await (const { caseId, activities } of readCaseFile(path)) {
    const key = activities.join();
    const sequence = sequences.get(key) ?? activities;
    sequences.set(key, sequence);
    cases.set(caseId, sequence);
  }
  return cases;
}
