import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Every course that an application takes in the bank's log, after A_SUBMITTED and A_PARTLYSUBMITTED. */
export const courses = {
  declinedAtOnce: ['A_DECLINED'],
  cancelledAtOnce: ['A_CANCELLED'],
  declinedPreaccepted: ['A_PREACCEPTED', 'A_DECLINED'],
  cancelledPreaccepted: ['A_PREACCEPTED', 'A_CANCELLED'],
  declinedAccepted: ['A_PREACCEPTED', 'A_ACCEPTED', 'A_DECLINED'],
  cancelledAccepted: ['A_PREACCEPTED', 'A_ACCEPTED', 'A_CANCELLED'],
  declinedFinalized: ['A_PREACCEPTED', 'A_ACCEPTED', 'A_FINALIZED', 'A_DECLINED'],
  cancelledFinalized: ['A_PREACCEPTED', 'A_ACCEPTED', 'A_FINALIZED', 'A_CANCELLED'],
  approvedFirst: ['A_PREACCEPTED', 'A_ACCEPTED', 'A_FINALIZED', 'A_APPROVED', 'A_REGISTERED', 'A_ACTIVATED'],
  registeredFirst: [
    'A_PREACCEPTED',
    'A_ACCEPTED',
    'A_FINALIZED',
    'A_REGISTERED',
    'A_ACTIVATED',
    'A_APPROVED',
  ],
  activatedFirst: ['A_PREACCEPTED', 'A_ACCEPTED', 'A_FINALIZED', 'A_ACTIVATED', 'A_APPROVED', 'A_REGISTERED'],
  openPreaccepted: ['A_PREACCEPTED'],
  openAccepted: ['A_PREACCEPTED', 'A_ACCEPTED'],
  openFinalized: ['A_PREACCEPTED', 'A_ACCEPTED', 'A_FINALIZED'],
} as const;
export type Course = keyof typeof courses;

export interface CaseFile {
  readonly path: string;
  remove(): Promise<void>;
}

/** A case file with one case of each course, whose id is the course's name. */
export async function writeCaseFile({ gzip = false, more = '' } = {}): Promise<CaseFile> {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-cases-'));
  const lines = Object.entries(courses).map(([caseId, course]) => {
    const activities = [
      'A_SUBMITTED',
      'A_PARTLYSUBMITTED',
      'O_SELECTED',
      ...course,
      'W_Completeren aanvraag',
    ];
    const events = activities.map((activity) => [
      activity,
      'COMPLETE',
      '2011-10-01T00:38:44.546+02:00',
      '112',
    ]);
    return JSON.stringify({ caseId, amount: 5000, registered: '2011-10-01', events });
  });
  const text = `${lines.join('\n')}\n${more}`;
  const path = join(directory, gzip ? 'cases.ndjson.gz' : 'cases.ndjson');
  await writeFile(path, gzip ? gzipSync(text) : text);
  return { path, remove: () => rm(directory, { recursive: true }) };
}
