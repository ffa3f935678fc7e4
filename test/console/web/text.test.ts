import { describe, expect, it } from 'vitest';
import { filterOf, queryOf } from '../../../console/web/screens/filter.ts';
import { shortFile, stackLines } from '../../../console/web/screens/stackFrames.ts';
import { shortDuration } from '../../../console/web/time.ts';
import { brief, briefJson, visible } from '../../../console/web/visible.ts';

describe('a stack by source lines', () => {
  it('sets the reader’s TypeScript apart, and folds the frames around it', () => {
    const stack = [
      'CardStolen: The card was reported stolen.',
      '    at charge (/project/workers/charge.ts:38:36)',
      '    at runTask (/project/dist/workers/runTask.js:44:65)',
      '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
      '    at async file:///project/src/pay.mts:7:1',
      '    at Object.start (/project/node_modules/xstate/dist/actors.ts:790:47)',
      '    at new Promise (<anonymous>)',
      '    at async run (/project/dist/wor',
    ].join('\n');
    expect(stackLines(stack)).toEqual([
      { type: 'text', text: 'CardStolen: The card was reported stolen.' },
      { type: 'own', call: 'charge', place: { file: '/project/workers/charge.ts', position: '38:36' } },
      {
        type: 'foreign',
        lines: [
          'at runTask (/project/dist/workers/runTask.js:44:65)',
          'at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
        ],
      },
      { type: 'own', call: '', place: { file: '/project/src/pay.mts', position: '7:1' } },
      { type: 'foreign', lines: expect.arrayContaining(['at new Promise (<anonymous>)']) },
    ]);
  });

  it('has the reader’s JavaScript where there is no TypeScript', () => {
    expect(
      stackLines('Error: x\n at pay (/task/pay.js:1:2)\n at next (/task/node_modules/a/b.js:3:4)'),
    ).toEqual([
      { type: 'text', text: 'Error: x' },
      { type: 'own', call: 'pay', place: { file: '/task/pay.js', position: '1:2' } },
      { type: 'foreign', lines: ['at next (/task/node_modules/a/b.js:3:4)'] },
    ]);
  });

  it('may be a text of any kind', () => {
    expect(stackLines('')).toEqual([]);
    expect(stackLines('no frames\nat all')).toMatchObject([{ type: 'text' }, { type: 'foreign' }]);
  });

  it('names the end of a path', () => {
    expect(shortFile('/a/b/workers/examples/charge.ts')).toEqual({
      folder: '…/workers/examples/',
      name: 'charge.ts',
    });
    expect(shortFile('C:\\src\\charge.ts')).toEqual({ folder: 'C:/src/', name: 'charge.ts' });
    expect(shortFile('charge.ts')).toEqual({ folder: '', name: 'charge.ts' });
  });
});

describe('a text of an item', () => {
  it.each([
    ['invoice\u202egnp.exe', 'invoice\\u202egnp.exe'],
    ['a\u2066b\u2069', 'a\\u2066b\\u2069'],
    ['zero\u200bwidth\ufeff', 'zero\\u200bwidth\\ufeff'],
    ['bell\u0007, escape\u001b[31m', 'bell\\u0007, escape\\u001b[31m'],
    ['tag \u{e0041}', 'tag \\ue0041'],
    ['line\u2028break\r\n\tkept', 'line\\u2028break\\u000d\n\tkept'],
    ['شكرا 👩‍🔬 <b>', 'شكرا 👩‍🔬 <b>'],
  ])('shows what would not be seen: %j', (text, shown) => expect(visible(text)).toBe(shown));

  it('is cut where it is long', () => {
    expect(brief('x'.repeat(10_000_000)).length).toBeLessThan(400);
    expect(briefJson({ text: 'y'.repeat(10_000_000) }).length).toBeLessThan(400);
    expect(briefJson(undefined)).toBe('');
    expect(brief('short')).toBe('short');
  });
});

describe('a filter', () => {
  it('is read from the address, and any nonsense in it is left out', () => {
    const query = new URLSearchParams(
      'status=FAILED&status=NOPE&since=2026-03-01T12:00:00.000Z&until=soon&machine=order',
    );
    expect(queryOf(filterOf(query))).toEqual({
      machine: 'order',
      status: ['FAILED'],
      since: Date.parse('2026-03-01T12:00:00.000Z'),
    });
    expect(queryOf(filterOf(new URLSearchParams('within=ever')))).toEqual({});
    const { since } = queryOf(filterOf(new URLSearchParams('within=1h&since=2026-03-01T12:00:00.000Z')));
    expect(Date.now() - Number(since)).toBeLessThan(3_700_000);
  });
});

it('a length of time has one unit where there is little room', () => {
  expect([345, 61_000, 4_000_000, 86_350_000, 9.2 * 86_400_000].map(shortDuration)).toEqual([
    '345 ms',
    '1 min',
    '1.1 h',
    '24 h',
    '9.2 d',
  ]);
});
