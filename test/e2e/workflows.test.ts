import { fileURLToPath } from 'node:url';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasStatus, startItem, startTestCloud, type TestCloud } from './testCloud.ts';

/** An event that is sent once the execution is in a state. */
type Sent = readonly [whenIn: string, type: string, fields?: object];

interface Course {
  readonly machine: string;
  /** The property that shows which course of the machine was taken. */
  readonly course?: string;
  readonly input?: object;
  readonly events?: readonly Sent[];
  readonly state: unknown;
  readonly output?: unknown;
}

const courses: readonly Course[] = [
  { machine: 'hello', state: 'said', output: { said: 'Hello, millwheel!' } },
  { machine: 'welcome', input: { name: 'Ada' }, state: 'written', output: 'Welcome, Ada!' },
  { machine: 'arithmetic', input: { sums: [[1, 2], [3, 4, 5], []] }, state: 'solved', output: [3, 12, 0] },
  { machine: 'breakfast', state: 'served', output: { eggs: 'boiled', toast: 'brown' } },
  { machine: 'newsletter', state: 'closed' },
  { machine: 'stockOrder', course: 'in stock', input: { item: 'mug' }, state: 'reserved', output: '' },
  {
    machine: 'stockOrder',
    course: 'out of stock',
    input: { item: 'unicorn' },
    state: 'backOrdered',
    output: 'There are no unicorns.',
  },
  { machine: 'stockOrder', course: 'wrong', input: { item: '' }, state: 'rejected', output: 'Which item?' },
  {
    machine: 'registration',
    input: { name: 'Ada' },
    state: 'assigned',
    output: [2, 'Dr. Who reads the file of Ada'],
  },
  {
    machine: 'trip',
    course: 'goes well',
    input: { to: 'Delft' },
    state: 'booked',
    output: ['hotel', 'flight', 'car'],
  },
  {
    machine: 'trip',
    course: 'is undone',
    input: { to: 'Venice' },
    state: 'undone',
    output: ['hotel', 'flight', 'no flight', 'no hotel'],
  },
  { machine: 'ledger', input: { customers: ['Ada', 'Grace', 'Edsger'] }, state: 'counted', output: 1400 },
  { machine: 'quickest', state: 'answered', output: 'near' },
  { machine: 'renderJob', course: 'succeeds', input: { succeeds: true }, state: 'rendered', output: 2 },
  { machine: 'renderJob', course: 'fails', input: { succeeds: false }, state: 'broken', output: 2 },
  { machine: 'inbox', state: 'read', output: { rounds: 3, found: 3 } },
  { machine: 'purchase', state: 'tooLate' },
  { machine: 'glass', input: { size: 25 }, state: 'full', output: 25 },
  { machine: 'reminder', state: 'closed', output: ['LETTER'] },
  {
    machine: 'visa',
    course: 'granted',
    input: { patienceMs: 600_000 },
    events: [['examining', 'GRANTED']],
    state: 'granted',
  },
  {
    machine: 'visa',
    course: 'refused',
    input: { patienceMs: 600_000 },
    events: [['examining', 'REFUSED']],
    state: 'refused',
  },
  { machine: 'visa', course: 'forgotten', input: { patienceMs: 200 }, state: 'expired' },
  { machine: 'harvest', state: 'reaped' },
  {
    machine: 'vitals',
    events: [
      ['"pulse":"normal"', 'PULSE'],
      ['"pulse":"treated"', 'FEVER'],
      ['"temperature":"treated"', 'HOME'],
    ],
    state: 'home',
    output: ['called for pulse', 'called for fever'],
  },
  {
    machine: 'college',
    events: [
      ['missing', 'FEE'],
      ['"fee":"there"', 'SCORES'],
      ['"scores":"there"', 'LETTER'],
    ],
    state: 'admitted',
  },
  {
    machine: 'creditCheck',
    course: 'approved',
    events: [['waiting', 'SCORE', { score: 700 }]],
    state: 'approved',
    output: 700,
  },
  {
    machine: 'creditCheck',
    course: 'denied',
    events: [['waiting', 'SCORE', { score: 500 }]],
    state: 'denied',
    output: 500,
  },
  {
    machine: 'auction',
    events: [
      ['open', 'BID', { by: 'Ada', cents: 500 }],
      ['open', 'BID', { by: 'Grace', cents: 900 }],
      ['open', 'BID', { by: 'Edsger', cents: 700 }],
      ['open', 'CLOSE'],
    ],
    state: 'sold',
    output: { by: 'Grace', cents: 900 },
  },
  { machine: 'appointment', course: 'missed', state: 'missed', output: 2 },
  {
    machine: 'readings',
    events: [
      ['collecting', 'READING', { celsius: 19 }],
      ['collecting', 'READING', { celsius: 23 }],
      ['collecting', 'READING', { celsius: 21 }],
    ],
    state: 'reported',
    output: [23],
  },
  { machine: 'library', course: 'waits', events: [['asking', 'HOLD']], state: 'lentOut', output: 2 },
  { machine: 'library', course: 'gives up', events: [['asking', 'DECLINE']], state: 'declined', output: 1 },
  {
    machine: 'ticket',
    events: [
      ['analysis', 'NEXT'],
      ['repair', 'PAUSE'],
      ['paused', 'RESUME'],
      ['repair', 'NEXT'],
    ],
    state: 'closed',
  },
  {
    machine: 'applicant',
    course: 'of age',
    input: { name: 'Ada', age: 36 },
    state: 'told',
    output: 'Dear Ada, yes.',
  },
  {
    machine: 'applicant',
    course: 'too young',
    input: { name: 'Bo', age: 4 },
    state: 'told',
    output: 'Dear Bo, no.',
  },
  { machine: 'drive', events: [['checked', 'ENGINE_OFF']], state: 'parked', output: [2, 2.1, 2.2] },
  {
    machine: 'meal',
    input: { dish: 'soup' },
    state: 'eating',
    output: { dish: 'hot soup', news: ['COOKING', 'ARRIVED'] },
  },
  { machine: 'expenses', state: 'decided', output: [false, true] },
  { machine: 'moving', state: 'insured', output: 'It broke.' },
];

const directory = (name: string) => fileURLToPath(new URL(`./workflows/${name}`, import.meta.url));
const idOf = ({ machine, course }: Course) =>
  [machine, course].filter(Boolean).join('-').replaceAll(' ', '-');

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud({
    machinesDirectory: directory('machines'),
    workersDirectory: directory('workers'),
  });
  await Promise.all(
    courses.map((course) =>
      cloud.put(startItem(idOf(course), course.machine, course.input && { M: marshall(course.input) })),
    ),
  );
});
afterAll(() => cloud?.stop());

async function send(executionId: string, [whenIn, type, fields = {}]: Sent, index: number): Promise<void> {
  await cloud.until(executionId, ({ state }) => JSON.stringify(state ?? null).includes(whenIn));
  await cloud.put({
    executionId: { S: executionId },
    item: { S: `event#${index}` },
    type: { S: type },
    event: { M: marshall(fields) },
  });
  // The next is sent after this one was taken: events of one moment have no order.
  await cloud.until(executionId, ({ log }) => String(log).includes(`;e${index}~`));
}

describe('of workflows of every shape, on the local cloud, each ends as it says:', () => {
  it.concurrent.each(courses.map((course) => [idOf(course), course] as const))(
    '%s',
    async (executionId, course) => {
      for (const [index, sent] of (course.events ?? []).entries()) await send(executionId, sent, index);
      const ended = await cloud.until(executionId, hasStatus('SUCCEEDED', 'FAILED'), 60_000);
      expect(ended.error).toBeUndefined();
      expect(ended).toMatchObject({ status: 'SUCCEEDED', state: course.state });
      expect(ended.output).toEqual(course.output);
    },
  );

  it('and there are more than twenty shapes of them', () => {
    expect(new Set(courses.map(({ machine }) => machine)).size).toBeGreaterThan(25);
  });
});
