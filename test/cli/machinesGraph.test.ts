import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporaryDirectory.ts';
import { millrace } from './testCommandLine.ts';

const visit = (version: string) => ({
  id: 'visit',
  version,
  initial: 'registering',
  on: { CANCEL: '.left' },
  states: {
    registering: { invoke: { src: 'register', onDone: 'waiting', onError: 'left' } },
    waiting: {
      type: 'parallel',
      onDone: 'left',
      states: {
        doctor: {
          initial: 'busy',
          states: { busy: { on: { 'FREE; "now"': 'free' } }, free: { type: 'final' } },
        },
        room: { initial: 'full', states: { full: { after: { 60000: 'empty' } }, empty: { type: 'final' } } },
      },
    },
    [version === '2' ? 'gone' : 'left']: { type: 'final' },
    ...(version === '2' && { left: { type: 'final' } }),
  },
});

/** In Amazon States Language. */
const refund = {
  StartAt: 'Decide',
  States: {
    Decide: {
      Type: 'Choice',
      Choices: [{ Variable: '$.amount', NumericGreaterThan: 100, Next: 'Ask' }],
      Default: 'Pay',
    },
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:lambda:eu-central-1:123456789012:function:ask',
      TimeoutSeconds: 60,
      Retry: [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 2 }],
      Catch: [{ ErrorEquals: ['Refused'], Next: 'Refuse' }],
      Next: 'Pay',
    },
    Pay: { Type: 'Pass', End: true },
    Refuse: { Type: 'Fail', Error: 'Refused' },
  },
};

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await temporaryDirectory();
  await directory.write('machines/visit.json', JSON.stringify(visit('1')));
  await directory.write('machines/visit-2.json', JSON.stringify(visit('2')));
  await directory.write('machines/refund.asl.json', JSON.stringify(refund));
  await directory.write(
    'machines/parcel.ts',
    "import { setup } from 'xstate';\nexport const parcel = setup({ guards: { isHeavy: () => true } }).createMachine({ id: 'parcel', version: '7', initial: 'packed', states: { packed: { always: [{ guard: 'isHeavy', target: 'driven' }, { target: 'carried' }] }, driven: { type: 'final' }, carried: { type: 'final' } } });\n",
  );
});
afterAll(() => directory.remove());

async function graph(...args: string[]) {
  const { stdout, stderr, exitCode } = await millrace(['machines', 'graph', ...args], {
    directory: directory.path,
    environment: {},
  });
  return { text: stdout.join('\n'), stderr: stderr.join('\n'), exitCode };
}

describe('machines graph', () => {
  it('prints Mermaid: nesting, regions, and words without its own characters', async () => {
    const { text } = await graph('visit', '--machine-version', '1');
    expect(text.split('\n')).toEqual([
      'stateDiagram-v2',
      '  [*] --> s1',
      '  state "registering" as s1',
      '  s1 : register',
      '  state "waiting" as s2',
      '  state s2 {',
      '    state "doctor" as s3',
      '    state s3 {',
      '      [*] --> s4',
      '      state "busy" as s4',
      '      state "free" as s5',
      '    }',
      '    --',
      '    state "room" as s6',
      '    state s6 {',
      '      [*] --> s7',
      '      state "full" as s7',
      '      state "empty" as s8',
      '    }',
      '  }',
      '  state "left" as s9',
      '  s1 --> s2 : done',
      '  s1 --> s9 : error',
      '  s2 --> s9 : done',
      '  s4 --> s5 : FREE#59; #34;now#34;',
      '  s7 --> s8 : after 1 min',
      '  s9 --> [*]',
      '  note right of s1',
      '    CANCEL → left',
      '  end note',
    ]);
  });

  it('takes the newest version unless one is named', async () => {
    expect((await graph('visit')).text).toContain('state "gone"');
    expect((await graph('visit', '--machine-version', '1')).text).not.toContain('gone');
  });

  it('prints an SVG of its own, without the means to run or load anything', async () => {
    const { text } = await graph('visit', '--format', 'svg');
    expect(text).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" [\s\S]*<\/svg>$/);
    expect(text).toContain('FREE; &quot;now&quot;');
    expect(text).not.toMatch(/<script|href=|url\(/);
    expect((await graph('visit', '--format', 'svg')).text).toBe(text);
  });

  it('prints the language of Graphviz', async () => {
    const { text } = await graph('visit', '--format', 'dot');
    expect(text).toMatch(/^digraph "visit" \{[\s\S]*\}$/);
    expect(text).toContain('"visit.registering" -> "visit.waiting.doctor.busy" [label="done"');
    expect(text).toContain('lhead="cluster visit.waiting"');
    expect(text).toContain('FREE; \\"now\\"');
  });

  it.each(['mermaid', 'svg', 'dot'])(
    'prints a definition in Amazon States Language as its states (%s)',
    async (format) => {
      const { text, stderr } = await graph('refund', '--format', format);
      expect(stderr).toBe('');
      for (const word of ['Decide', 'Ask', 'Pay', 'Refuse', '$.amount', 'Timeout', 'Refused']) {
        expect(text).toContain(word);
      }
    },
  );

  it.each(['mermaid', 'svg', 'dot'])(
    'prints a machine in TypeScript with its guards (%s)',
    async (format) => {
      const { text, stderr } = await graph('parcel', '--format', format);
      expect(stderr).toBe('');
      for (const word of ['packed', 'driven', 'carried', 'isHeavy', 'else']) expect(text).toContain(word);
    },
  );

  it('names the machines that there are where it has no such one', async () => {
    const { stderr, exitCode } = await graph('visits');
    expect(exitCode).toBe(2);
    expect(stderr).toContain("no machine 'visits'. It has: parcel 7, refund 1, visit 1, visit 2.");
  });
});
