import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  appendToLog,
  emptyLog,
  hasInlined,
  InvalidLogError,
  journalReferences,
  type LogEntry,
  type LogVerdict,
  lastVerdictOf,
  parseLog,
} from '../../../orchestrator/core/execution/model/log.ts';
import {
  cutAs,
  cutAt,
  splitLog,
  withoutWord,
  withWord,
} from '../../../orchestrator/core/execution/model/logCut.ts';

const base = 1_700_000_000_000;

const eventId = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 3,
    arbitrary: fc.string({ unit: fc.constantFrom(';', '~', '%', '!', '^', '=', '#', '3b', 'é', '\n') }),
  },
  { weight: 1, arbitrary: fc.string({ minLength: 300, maxLength: 1000 }) },
);

const reference = fc.oneof(
  eventId.map((id) => ({ kind: 'event' as const, reference: `event#${id}` })),
  fc.tuple(fc.nat(), fc.nat()).map(([task, attempt]) => ({
    kind: 'result' as const,
    reference: `task#${task}#${attempt}`,
  })),
  fc.nat().map((task) => ({ kind: 'deferred' as const, reference: `task#${task}#1` })),
  fc.nat().map((time) => ({ kind: 'wake' as const, reference: `wake#${time.toString(36)}` })),
  fc.constant({ kind: 'waiting' as const, reference: '' }),
  fc.tuple(fc.nat(), fc.json()).map(([task, json]) => ({
    kind: 'inlined' as const,
    reference: `task#${task}#1`,
    inlined: json,
  })),
  fc.constant({ kind: 'start' as const, reference: 'start' }),
);

const verdict: fc.Arbitrary<LogVerdict> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ type: 'applied' as const }) },
  fc.constantFrom<LogVerdict>(
    { type: 'ignored', reason: 'Ended' },
    { type: 'ignored', reason: 'NotOpen' },
    { type: 'ignored', reason: 'InvalidEvent' },
    { type: 'failed', code: 'StateTooLarge' },
    { type: 'failed', code: 'DefinitionMismatch' },
  ),
);

const entries: fc.Arbitrary<LogEntry[]> = fc.array(
  fc
    .record({ named: reference, at: fc.integer({ min: base - 1000, max: base + 10 ** 11 }), verdict })
    // Nothing but what was applied is in the log itself.
    .map(({ named, ...rest }) => ({
      ...named,
      ...rest,
      ...('inlined' in named && { verdict: { type: 'applied' as const } }),
    })),
  { maxLength: 60, size: 'max' },
);

function logOf(all: readonly LogEntry[]): string {
  let lastAt = base;
  let log = emptyLog(base);
  for (const entry of all) {
    log = appendToLog(log, lastAt, entry);
    lastAt = entry.at;
  }
  return log;
}

const event = (id: string, at = base): LogEntry => ({
  kind: 'event',
  reference: `event#${id}`,
  at,
  verdict: { type: 'applied' },
});

describe('the log of an execution', () => {
  it('gives back the entries that were appended to it, whatever their ids and times', () => {
    fc.assert(
      fc.property(entries, (all) => {
        expect(parseLog(logOf(all))).toEqual(all);
      }),
    );
  });

  it('names the journal items that it has taken, and leaves out wakes, waits and deferred tasks', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const kinds = ['start', 'result', 'event'];
        const taken = all.filter(({ kind }) => kinds.includes(kind)).map((each) => each.reference);
        expect(journalReferences(logOf(all))).toEqual(taken);
      }),
    );
  });

  it('finds the last verdict on a reference without the other entries', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (all, place) => {
        const of = all[place % Math.max(1, all.length)];
        if (!of) return;
        const last = all.findLast(({ kind, reference: name }) => kind === of.kind && name === of.reference);
        expect(lastVerdictOf(logOf(all), of.kind, of.reference)).toEqual(last?.verdict);
      }),
    );
    expect(lastVerdictOf(emptyLog(base), 'result', 'task#1#1')).toBeUndefined();
  });

  it('takes a few bytes an entry', () => {
    const result: LogEntry = {
      kind: 'result',
      reference: 'task#17#1',
      at: base + 1500,
      verdict: { type: 'applied' },
    };
    expect(appendToLog('', base, result)).toBe(';t17#1~15o');
  });

  it.each([';', '~', '%', '%3b', ';e1~0', '~0!Ended', '^', '', 'a\nb', '👩‍👧', '\ud800'])(
    'keeps an event with the id %j apart from the others',
    (id) => {
      const all = [event('before'), event(id, base + 5), event('after', base + 9)];
      expect(parseLog(logOf(all))).toEqual(all);
    },
  );

  it.each(['', 'nonsense', '=', ';s~0', '=lo;x~0', '=lo;e1', '=lo;e1~', '=lo;e1~0;'])(
    'refuses %j, which no orchestrator has written',
    (text) => {
      expect(() => parseLog(text)).toThrow(InvalidLogError);
    },
  );
});

describe('a log that is split', () => {
  it('is, segment and rest together, the log that it was, and its rest is short', () => {
    let splits = 0;
    fc.assert(
      fc.property(entries, (all) => {
        const log = logOf(all);
        const split = splitLog(log);
        if (!split) return;
        splits++;
        expect([split.segment, split.rest].flatMap(parseLog)).toEqual(all);
        expect(parseLog(split.rest).length).toBeGreaterThan(0);
        expect(split.rest.length).toBeLessThan(log.length);
      }),
    );
    expect(splits).toBeGreaterThan(20);
  });

  it('is not split while it is short', () => {
    expect(splitLog(logOf(Array.from({ length: 20 }, (_, i) => event(String(i)))))).toBeUndefined();
  });

  it('is not split when it has a single entry, however long', () => {
    expect(splitLog(logOf([event('x'.repeat(900))]))).toBeUndefined();
  });

  it.each([1, 48, 60, 200, 1000])('invariant 9: stays short with event ids of %i characters', (length) => {
    let log = emptyLog(base);
    let longest = 0;
    for (let i = 0; i < 500; i++) {
      log = appendToLog(log, base, event(String(i).padStart(length, 'x')));
      log = splitLog(log)?.rest ?? log;
      longest = Math.max(longest, log.length);
    }
    expect(longest).toBeLessThan(400 + length);
  });
});

describe('a log with inlined results', () => {
  const inlined = (task: number, bytes: number): LogEntry => ({
    kind: 'inlined',
    reference: `task#${task}#1`,
    at: base,
    verdict: { type: 'applied' },
    inlined: JSON.stringify(['book', 3, 'x'.repeat(bytes)]),
  });

  it('is cut when its own text says so, whatever its length', () => {
    const long = logOf(Array.from({ length: 20 }, (_, task) => inlined(task, 100)));
    expect(splitLog(withWord(long, 'keep'))).toBeUndefined();
    const short = logOf([inlined(0, 1)]);
    const split = splitLog(withWord(short, 'cut'), { segmentAfter: 1e9, keep: 1 });
    expect(parseLog(split?.segment ?? '')).toEqual([inlined(0, 1)]);
    expect(split?.rest).toBe(emptyLog(base));
  });

  it('says nothing of how it is cut once another has appended to it', () => {
    const log = withWord(logOf([inlined(0, 200)]), 'keep');
    expect(splitLog(appendToLog(withoutWord(log), base, event('1')))).toBeUndefined();
    expect(splitLog(appendToLog(withoutWord(log), base, event('1'.repeat(200))))).toBeDefined();
  });

  it('is read with a word as without, and gets none where nothing is inlined', () => {
    fc.assert(
      fc.property(entries, fc.constantFrom('keep' as const, 'cut' as const), (all, word) => {
        const log = logOf(all);
        expect(parseLog(withWord(log, word))).toEqual(all);
        expect(withWord(withWord(log, 'keep'), word)).toBe(withWord(log, word));
        expect(withWord(log, word) === log).toBe(!hasInlined(log));
      }),
    );
  });

  it('goes on where a committer of another release has cut it, and not where that has cut another log', () => {
    fc.assert(
      fc.property(entries, fc.nat(), fc.nat(), (all, a, b) => {
        const log = logOf(all);
        const places = [...log.matchAll(/;/g)].map(({ index }) => index).slice(1);
        if (places.length < 2) return;
        const [mine = 0, theirs = 0] = [places[a % places.length], places[b % places.length]];
        const own = cutAt(log, mine);
        const other = cutAt(log, theirs);
        if (!own || !other) throw new Error('There is nothing to cut.');
        const recut = cutAs(other.segment, { segment: own.segment, log: own.rest });
        expect([other.segment, recut ?? ''].flatMap(parseLog)).toEqual(all);
        expect(cutAs(`${other.segment}0`, { segment: own.segment, log: own.rest })).toBeUndefined();
      }),
    );
  });
});
