import { describe, expect, test } from 'vitest';
import type { HistoryEvent } from '../../../asl/index.ts';
import type { JsonObject } from '../../../asl/json.ts';
import { compareRun } from '../../../cli/compare/compareRun.ts';
import { identityOf } from '../../../cli/compare/readRuns.ts';
import { differenceText } from '../../../cli/rendering/comparison.ts';
import { historyOf, named, started } from '../../asl/history/histories.ts';

const task = (name: string, more: object = {}) => ({
  Type: 'Task',
  Resource: `arn:aws:lambda:eu-west-1:123456789012:function:${name}`,
  ...more,
});

const order: JsonObject = {
  StartAt: 'Charge',
  States: {
    Charge: task('charge', {
      TimeoutSeconds: 30,
      Parameters: { 'card.$': '$.card' },
      Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 2 }],
      ResultPath: '$.payment',
      Next: 'Each parcel',
    }),
    'Each parcel': {
      Type: 'Map',
      ItemsPath: '$.parcels',
      ItemProcessor: { StartAt: 'Ship', States: { Ship: task('ship', { End: true }) } },
      ResultPath: '$.tracking',
      Next: 'Both',
    },
    Both: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'Bill',
          States: { Bill: { Type: 'Pass', Next: 'Thank' }, Thank: { Type: 'Pass', End: true } },
        },
        { StartAt: 'Report', States: { Report: task('report', { End: true }) } },
      ],
      ResultPath: '$.both',
      Next: 'Note',
    },
    Note: { Type: 'Pass', Assign: { seen: true }, Next: 'Done' },
    Done: { Type: 'Pass', End: true },
  },
};
const input = { card: 'visa', parcels: ['a', 'b'] };

let charges = 0;
const recorded = await historyOf(
  order,
  {
    Charge: () => {
      if (charges++ === 0) throw named('Busy', 'later');
      return { receipt: 'r-1' };
    },
    'Each parcel/Ship': (parcel) => `track-${parcel}`,
    'Both/1/Report': () => 'sent',
  },
  input,
);

const failing: JsonObject = {
  StartAt: 'T',
  States: { T: task('t', { End: true }) },
};
const failed = await historyOf(failing, {
  T: () => {
    throw named('Refused', 'no money');
  },
});

function comparison(events: readonly HistoryEvent[], definition = order) {
  const first = events[0]?.details?.input;
  return compareRun({
    id: 'e',
    definition,
    type: 'STANDARD',
    input: JSON.parse(String(first)),
    events,
    wildcards: [],
    identity: identityOf('arn:aws:states:eu-west-1:123456789012:execution:m:e', events),
  });
}

async function texts(events: readonly HistoryEvent[], definition = order): Promise<readonly string[]> {
  return (await comparison(events, definition)).differences.map(differenceText);
}

/** The events with another text in the details of some. */
function changed(
  events: readonly HistoryEvent[],
  isIt: (event: HistoryEvent) => boolean,
  change: (details: JsonObject) => JsonObject,
): readonly HistoryEvent[] {
  expect(events.some(isIt)).toBe(true);
  return events.map((event) => (isIt(event) ? { ...event, details: change(event.details ?? {}) } : event));
}

/** The events without some, each linked to the one that is left before it. */
function without(
  events: readonly HistoryEvent[],
  isIt: (event: HistoryEvent) => boolean,
): readonly HistoryEvent[] {
  const dropped = new Map(events.filter(isIt).map((event) => [event.id, event.previousEventId]));
  expect(dropped.size).toBeGreaterThan(0);
  const linkOf = (id: number): number => {
    const before = dropped.get(id);
    return before === undefined ? id : linkOf(before);
  };
  return events
    .filter((event) => !isIt(event))
    .map((event) => ({ ...event, previousEventId: linkOf(event.previousEventId) }));
}

const of = (type: string, name?: string) => (event: HistoryEvent) =>
  event.type === type && (name === undefined || event.details?.name === name);
const nth = (type: string, place: number) => {
  const id = recorded.filter((event) => event.type === type)[place]?.id;
  return (event: HistoryEvent) => event.id === id;
};

test('an execution that goes here as it went there has no differences', async () => {
  expect(await comparison(recorded)).toEqual({ execution: 'e', outcome: 'same', differences: [], notes: [] });
  expect((await comparison(failed, failing)).outcome).toBe('same');
});

describe('A difference that is planted in a history is found:', () => {
  test('another state on the path', async () => {
    const events = changed(recorded, of('PassStateEntered', 'Done'), (details) => ({
      ...details,
      name: 'Other',
    }));
    expect(await texts(events)).toContain(
      'Note: then comes "Done (Pass)" here, and "Other (Pass)" on Step Functions',
    );
  });

  test('a state that is missing', async () => {
    const events = without(recorded, ({ details }) => details?.name === 'Note');
    expect(await texts(events)).toContain(
      'Both: then comes "Note (Pass)" here, and "Done (Pass)" on Step Functions',
    );
  });

  test('the last state of a branch that is missing', async () => {
    const events = without(recorded, ({ details }) => details?.name === 'Thank');
    expect(await texts(events)).toEqual([
      'Both/Bill: then comes "Thank (Pass)" here, and "the end" on Step Functions',
    ]);
  });

  test('another order within a branch', async () => {
    const other: Readonly<Record<string, string>> = { Bill: 'Thank', Thank: 'Bill' };
    const events = changed(
      recorded,
      ({ details }) => String(details?.name) in other,
      (details) => ({ ...details, name: other[String(details.name)] ?? '' }),
    );
    expect((await comparison(events)).differences[0]).toMatchObject({ kind: 'path' });
  });

  test("a state's input", async () => {
    const events = changed(recorded, of('ParallelStateEntered', 'Both'), (details) => ({
      ...details,
      input: JSON.stringify({ ...JSON.parse(String(details.input)), card: 'amex' }),
    }));
    expect(await texts(events)).toEqual(['Both: input /card is "visa" here, and "amex" on Step Functions']);
  });

  test("a task's arguments", async () => {
    const events = changed(recorded, nth('LambdaFunctionScheduled', 0), (details) => ({
      ...details,
      input: '{"card":"amex"}',
    }));
    expect(await texts(events)).toEqual([
      'Charge: arguments /card is "visa" here, and "amex" on Step Functions',
    ]);
  });

  test('the input of an iteration, with the place of it', async () => {
    const events = changed(recorded, nth('LambdaFunctionScheduled', 3), (details) => ({
      ...details,
      input: '"c"',
    }));
    expect(await texts(events)).toEqual([
      'Each parcel[1]/Ship: arguments is "b" here, and "c" on Step Functions',
    ]);
  });

  test("a state's output", async () => {
    const events = changed(recorded, of('TaskStateExited', 'Charge'), (details) => ({
      ...details,
      output: JSON.stringify({ ...input, payment: { receipt: 'r-2' } }),
    }));
    expect(await texts(events)).toEqual([
      'Charge: output /payment/receipt is "r-1" here, and "r-2" on Step Functions',
    ]);
  });

  test('a result that the state does not make its output of', async () => {
    const events = changed(recorded, nth('LambdaFunctionSucceeded', 0), (details) => ({
      ...details,
      output: '{"receipt":"r-9"}',
    }));
    expect(await texts(events)).toContain(
      'Charge: output /payment/receipt is "r-9" here, and "r-1" on Step Functions',
    );
  });

  test("the execution's output", async () => {
    const events = changed(recorded, of('ExecutionSucceeded'), (details) => ({ ...details, output: '7' }));
    expect((await comparison(events)).differences).toMatchObject([
      { kind: 'output', state: '', expected: 7 },
    ]);
  });

  test('fields of an output that one side does not have', async () => {
    const events = changed(recorded, of('ExecutionSucceeded'), (details) => {
      const { payment: _, ...output } = JSON.parse(String(details.output));
      return { ...details, output: JSON.stringify({ ...output, paid: true }) };
    });
    expect(await texts(events)).toEqual([
      'the execution: output /paid is nothing here, and true on Step Functions',
      'the execution: output /payment is {"receipt":"r-1"} here, and nothing on Step Functions',
    ]);
  });

  test('a variable', async () => {
    const events = changed(recorded, of('PassStateExited', 'Note'), (details) => ({
      ...details,
      assignedVariables: { seen: 'false' },
    }));
    expect(await texts(events)).toEqual(['Note: variables /seen is true here, and false on Step Functions']);
  });

  test('an attempt more than the definition makes', async () => {
    const isLast = nth('LambdaFunctionSucceeded', 2);
    const more = recorded.flatMap((event) =>
      isLast(event)
        ? [
            { ...event, id: 1001, type: 'LambdaFunctionFailed', details: { error: 'Odd' } } as const,
            {
              ...event,
              id: 1002,
              previousEventId: 1001,
              type: 'LambdaFunctionScheduled',
              details: {},
            } as const,
            { ...event, previousEventId: 1002 },
          ]
        : [event],
    );
    expect((await comparison(more)).outcome).toBe('different');
  });

  test('how often a task was tried', async () => {
    const definition = {
      ...order,
      States: { ...Object(order.States), Charge: { ...Object(order.States).Charge } },
    };
    delete definition.States.Charge.Retry;
    expect(await texts(recorded, definition)).toContain(
      'Charge: it was tried once here, and 2 times on Step Functions',
    );
  });

  test('another function, and another timeout', async () => {
    const events = changed(recorded, nth('LambdaFunctionScheduled', 0), (details) => ({
      ...details,
      resource: 'arn:aws:lambda:eu-west-1:123456789012:function:other',
      timeoutInSeconds: 60,
    }));
    expect((await comparison(events)).differences.map(({ kind }) => kind)).toEqual(['resource', 'timeout']);
  });

  test('the number of items, and an iteration that is missing', async () => {
    const isOfSecond = (event: HistoryEvent) => event.details?.index === 1;
    const events = changed(recorded, of('MapStateStarted'), () => ({ length: 3 }));
    expect(await texts(events)).toEqual(['Each parcel: items is 2 here, and 3 on Step Functions']);
    const fewer = recorded.filter((event) => !isOfSecond(event));
    expect((await comparison(fewer)).outcome).toBe('different');
  });

  test('the status, the error and the cause of the end', async () => {
    expect(
      await texts(
        recorded.map((event) =>
          event.type === 'ExecutionSucceeded'
            ? { ...event, type: 'ExecutionFailed' as const, details: { error: 'Bad' } }
            : event,
        ),
      ),
    ).toEqual(['the execution: status is "SUCCEEDED" here, and "FAILED (Bad)" on Step Functions']);
    const isEnd = of('ExecutionFailed');
    expect(
      await texts(
        changed(failed, isEnd, (details) => ({ ...details, cause: 'other' })),
        failing,
      ),
    ).toEqual(['the execution: cause is "no money" here, and "other" on Step Functions']);
    expect(
      (
        await comparison(
          changed(failed, isEnd, (d) => ({ ...d, error: 'Other' })),
          failing,
        )
      ).differences,
    ).toMatchObject([{ kind: 'error' }]);
  });
});

describe('An execution is not compared, and the reason is given, where its history', () => {
  test('has no data', async () => {
    const events = recorded.map((event) => {
      const { input: _, output: __, parameters: ___, ...details } = event.details ?? {};
      return { ...event, details: event.type === 'ExecutionStarted' ? (event.details ?? {}) : details };
    });
    const { outcome, notes } = await comparison(events);
    expect(outcome).toBe('notCompared');
    expect(notes.join()).toContain('includeExecutionData');
  });

  test('has no end', async () => {
    const { outcome, notes } = await comparison(recorded.slice(0, -1));
    expect(outcome).toBe('notCompared');
    expect(notes.join()).toContain('no end');
  });
});

describe('An execution that ended otherwise than by itself', () => {
  const waiting: JsonObject = {
    StartAt: 'P',
    States: {
      P: {
        Type: 'Parallel',
        Branches: [
          {
            StartAt: 'W',
            States: { W: { Type: 'Wait', Seconds: 60, Next: 'A' }, A: { Type: 'Pass', End: true } },
          },
          { StartAt: 'T', States: { T: task('t', { End: true }) } },
        ],
        End: true,
      },
    },
  };

  test('was stopped: it is compared up to there', async () => {
    const { cloud, executionId, events } = await started(waiting, { 'P/1/T': () => 1 });
    await cloud.skip('10s');
    await cloud.stop(executionId, { cause: 'enough' });
    await cloud.runToEnd(executionId);
    const history = await events();
    expect((await comparison(history, waiting)).differences).toEqual([]);
    const other = changed(history, of('TaskStateEntered'), (details) => ({ ...details, input: '7' }));
    expect(await texts(other, waiting)).toEqual(['P/T: input is {} here, and 7 on Step Functions']);
  });

  test('ran out of time', async () => {
    const late = { ...waiting, TimeoutSeconds: 20 };
    const history = await historyOf(late, { 'P/1/T': () => 1 });
    expect(history.at(-1)?.type).toBe('ExecutionTimedOut');
    expect((await comparison(history, late)).differences).toEqual([]);
  });

  test('was redriven: it is compared up to its first end', async () => {
    let works = false;
    const { cloud, executionId, events } = await started(failing, {
      T: () => {
        if (works) return 1;
        throw named('Down');
      },
    });
    await cloud.runToEnd(executionId);
    works = true;
    await cloud.client.redrive(executionId);
    await cloud.runToEnd(executionId);
    const { outcome, notes } = await comparison(await events(), failing);
    expect([outcome, notes.join()]).toEqual(['same', expect.stringContaining('first end')]);
  });
});

test('the result of a distributed Map whose items have tasks is taken from the history', async () => {
  const distributed: JsonObject = {
    StartAt: 'M',
    States: {
      M: {
        Type: 'Map',
        ItemsPath: '$.list',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'I',
          States: { I: task('i', { End: true }) },
        },
        ResultPath: '$.done',
        Next: 'Z',
      },
      Z: { Type: 'Pass', OutputPath: '$.done', End: true },
    },
  };
  const history = await historyOf(distributed, { 'M/I': (item) => Number(item) + 1 }, { list: [1, 2] });
  const { outcome, notes } = await comparison(history, distributed);
  expect([outcome, notes.join()]).toEqual([
    'same',
    expect.stringContaining("The items of 'M' were not compared"),
  ]);
  const other = changed(history, of('PassStateExited'), (details) => ({ ...details, output: '[2,4]' }));
  expect(await texts(other, distributed)).toContain('Z: output /1 is 3 here, and 4 on Step Functions');
});

test('an execution of a list that other executions work on goes by its history again', async () => {
  const definition: JsonObject = {
    StartAt: 'M',
    States: {
      M: {
        Type: 'Map',
        ItemProcessor: { StartAt: 'I', States: { I: task('i', { Parameters: {}, End: true }) } },
        End: true,
      },
    },
  };
  let answers = 0;
  const list = Array.from({ length: 230 }, (_, index) => index);
  const history = await historyOf(definition, { 'M/I': () => answers++ }, list);
  expect((await comparison(history, definition)).differences).toEqual([]);
});
