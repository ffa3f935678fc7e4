import { describe, expect, it } from 'vitest';
import type { Json } from '../../asl/json.ts';
import { type Fields, failing, one, run, task, type Work } from './taskStates.ts';

describe('Parallel', () => {
  const branches = (Catch: Json): Fields =>
    one(
      {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'T', States: { T: task({ End: true }) } },
          { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 1000, Next: 'U' }, U: task({ End: true }) } },
        ],
        Catch,
        End: true,
      },
      { H: { Type: 'Pass', End: true } },
    );

  it('stops its other branches when one fails', async () => {
    const Catch = [{ ErrorEquals: ['Bad'], ResultPath: '$.error', Next: 'H' }];
    const { cloud, output } = await run(branches(Catch), { 'A/0/T': failing('Bad') }, { x: 1 });
    expect(output).toEqual({ x: 1, error: { Error: 'Bad', Cause: 'it is Bad' } });
    await cloud.skip('2h');
    expect(cloud.invocations.map(({ worker }) => worker)).toEqual(['A/0/T']);
  });

  it('is tried again as a whole', async () => {
    const state: Json = {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'T', States: { T: task({ End: true }) } },
        { StartAt: 'U', States: { U: task({ End: true }) } },
      ],
      Retry: [{ ErrorEquals: ['Bad'], IntervalSeconds: 5 }],
      End: true,
    };
    const { output, runs } = await run(one(state), { 'A/0/T': failing('Bad'), 'A/1/U': () => 2 });
    expect(output).toEqual(['done', 2]);
    expect(runs).toEqual(['A/0/T 0s', 'A/1/U 0s', 'A/0/T 5s', 'A/1/U 5s']);
  });
});

describe('Map', () => {
  const map = (more: Fields, inner: Fields = {}): Fields =>
    one(
      {
        Type: 'Map',
        ItemsPath: '$.list',
        ItemProcessor: {
          StartAt: 'T',
          States: { T: task({ End: true, ...inner }), H: { Type: 'Pass', End: true, Result: 'caught' } },
        },
        End: true,
        ...more,
      },
      { B: { Type: 'Pass', End: true } },
    );
  const list = [1, 2, 3, 4, 5];
  const odd: Work = (input) => {
    if (Number(input) % 2 === 0) throw Object.assign(new Error('even'), { name: 'Even' });
    return Number(input) * 10;
  };

  it('has tasks in its items, with catchers, and results in order', async () => {
    const Catch = [{ ErrorEquals: ['Even'], Next: 'H' }];
    const { output } = await run(map({ MaxConcurrency: 2 }, { Catch }), { 'A/T': odd }, { list });
    expect(output).toEqual([10, 'caught', 30, 'caught', 50]);
  });

  it('fails when an item fails, and its catcher sees the error', async () => {
    const Catch = [{ ErrorEquals: ['Even'], Next: 'B' }];
    const { output } = await run(map({ Catch }), { 'A/T': odd }, { list });
    expect(output).toEqual({ Error: 'Even', Cause: 'even' });
  });

  it('nested, has hundreds of tasks in flight, and results in order', async () => {
    const nested = map({}, {});
    const definition = one({
      Type: 'Map',
      MaxConcurrency: 12,
      ItemProcessor: nested,
      End: true,
    });
    const lists = Array.from({ length: 12 }, (_, a) => ({
      list: Array.from({ length: 20 }, (__, b) => 100 * a + b),
    }));
    const T: Work = (input) => Number(input) + 1;
    const { output, runs } = await run(definition, { 'A/A/T': T }, lists);
    expect(output).toEqual(lists.map(({ list: inner }) => inner.map((value) => value + 1)));
    expect(runs).toHaveLength(240);
  });

  it.each(['#', 'a # b', 'x'.repeat(80), 'A::B', '\u{1F4E6}'])(
    'may be named %j, and nested',
    async (name) => {
      const within = (inner: Json): Fields => ({
        StartAt: name,
        States: { [name]: { Type: 'Map', ItemProcessor: inner, End: true } },
      });
      const definition = within(within(within({ StartAt: 'T', States: { T: task({ End: true }) } })));
      const worker = `${[name, name, name].join('/')}/T`;
      const { output } = await run(definition, { [worker]: (input) => Number(input) + 1 }, [
        [[1], [2]],
        [[3]],
      ]);
      expect(output).toEqual([[[2], [3]], [[4]]]);
    },
  );

  it('has the failed task of an item tried again by a redrive', async () => {
    let isBroken = true;
    const T: Work = (input) => {
      if (isBroken && input === 3) throw Object.assign(new Error('down'), { name: 'Down' });
      return Number(input) * 10;
    };
    const { cloud, executionId, error, runs } = await run(map({}), { 'A/T': T }, { list });
    expect(error).toEqual(['Down', 'down']);
    isBroken = false;
    await cloud.client.redrive(executionId);
    await cloud.skip('1s');
    expect((await cloud.runToEnd(executionId)).output).toEqual([10, 20, 30, 40, 50]);
    expect(cloud.invocations).toHaveLength(runs.length + 1);
  });

  it('distributed, takes as many failures as it may', async () => {
    const distributed = (ToleratedFailureCount: number) => {
      const definition = JSON.parse(JSON.stringify(map({ ToleratedFailureCount })));
      definition.States.A.ItemProcessor.ProcessorConfig = { Mode: 'DISTRIBUTED' };
      return definition;
    };
    expect((await run(distributed(2), { 'A/T': odd }, { list })).status).toBe('SUCCEEDED');
    expect((await run(distributed(1), { 'A/T': odd }, { list })).error?.[0]).toBe(
      'States.ExceedToleratedFailureThreshold',
    );
  });

  it('in batches, gives each batch as an item', async () => {
    const inputs: unknown[] = [];
    const T: Work = (input) => {
      inputs.push(input);
      return 1;
    };
    const { output } = await run(
      map({ ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { k: 'v' } } }),
      { 'A/T': T },
      { list },
    );
    expect(output).toEqual([1, 1, 1]);
    expect(inputs).toEqual([
      { BatchInput: { k: 'v' }, Items: [1, 2] },
      { BatchInput: { k: 'v' }, Items: [3, 4] },
      { BatchInput: { k: 'v' }, Items: [5] },
    ]);
  });
});

describe('variables', () => {
  it('are seen within branches and items, and set there for these alone', async () => {
    const pass = (more: Fields): Json => ({ Type: 'Pass', ...more });
    const { output } = await run(
      {
        QueryLanguage: 'JSONata',
        StartAt: 'S',
        States: {
          S: pass({ Assign: { x: 1 }, Next: 'P' }),
          P: {
            Type: 'Parallel',
            Branches: [
              {
                StartAt: 'A',
                States: {
                  A: pass({ Assign: { y: '{% $x + 1 %}' }, Next: 'B' }),
                  B: pass({ Output: '{% $y %}', End: true }),
                },
              },
            ],
            Assign: { z: '{% $states.result %}' },
            Next: 'E',
          },
          E: pass({ Output: { x: '{% $x %}', z: '{% $z %}', y: '{% $exists($y) %}' }, End: true }),
        },
      },
      {},
    );
    expect(output).toEqual({ x: 1, z: [2], y: false });
  });
});
