import { describe, expect, test } from 'vitest';
import type { HistoryEvent } from '../../../asl/index.ts';
import {
  changed,
  comparison,
  failed,
  failing,
  input,
  nth,
  of,
  order,
  recorded,
  texts,
  without,
} from './recordedOrder.ts';

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
