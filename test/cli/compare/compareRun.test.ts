import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../asl/json.ts';
import { historyOf, named, started } from '../../asl/history/histories.ts';
import { changed, comparison, failing, of, recorded, task, texts } from './recordedOrder.ts';

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
