import { expect, it } from 'vitest';
import { assign, createMachine, sendParent, setup } from 'xstate';
import { OrchestratorRig } from '../support/orchestratorRig.ts';

const child = createMachine({
  id: 'child',
  on: { TELL: { actions: sendParent({ type: 'TOLD' }) } },
});

const parent = setup({
  types: { context: {} as { told: number } },
  actors: { child },
}).createMachine({
  id: 'parent',
  context: { told: 0 },
  invoke: { src: 'child' },
  on: { TOLD: { actions: assign({ told: ({ context }) => context.told + 1 }) } },
});

it('a message that comes again when the log of its time is in an older segment is not applied again', async () => {
  const rig = new OrchestratorRig([parent]);
  const instance = rig.newInstance();
  rig.start('parent', 'p');
  await rig.deliver(instance, 'p');
  await rig.deliver(instance, 'p.0');
  await rig.send('p.0', 'tell', 'TELL');
  await rig.deliver(instance, 'p.0');
  const message = rig.takeRecords('p');
  await instance.applyRecords('p', message);
  for (let i = 0; i < 100; i++) {
    rig.now += 1000;
    await rig.send('p', `noise-${i}`, 'NOISE');
    await rig.deliver(instance, 'p');
  }
  expect((await rig.execution('p')).logSegments).toBeGreaterThan(1);
  await rig.newInstance().applyRecords('p', message);
  expect(await rig.context('p')).toEqual({ told: 1 });
  expect((await rig.verdicts('p')).filter((each) => each.startsWith('message#'))).toEqual([
    'message#p.0#1 applied',
  ]);
});

it('a stream that brings a later message first has both applied in their order', async () => {
  const rig = new OrchestratorRig([parent]);
  const instance = rig.newInstance();
  rig.start('parent', 'p');
  await rig.deliver(instance, 'p');
  await rig.deliver(instance, 'p.0');
  for (const eventId of ['one', 'two', 'three']) {
    await rig.send('p.0', eventId, 'TELL');
    await rig.deliver(instance, 'p.0');
  }
  const [first, second, third] = rig.takeRecords('p');
  await instance.applyRecords('p', third ? [third] : []);
  expect(await rig.context('p')).toEqual({ told: 3 });
  await instance.applyRecords('p', first && second ? [second, first] : []);
  expect(await rig.verdicts('p')).toEqual([
    'start applied',
    'message#p.0#1 applied',
    'message#p.0#2 applied',
    'message#p.0#3 applied',
  ]);
});

it('the messages that an orchestrator left behind for hundreds of children when it died: the clock makes another one send them', async () => {
  const leaf = createMachine({ id: 'leaf' });
  const tree = setup({ actors: { leaf }, types: { events: {} as { type: 'FELL' } } }).createMachine({
    id: 'tree',
    context: ({ spawn }) => {
      for (let i = 0; i < 200; i++) spawn('leaf', { id: `leaf-${i}` });
      return {};
    },
    on: { FELL: '.felled' },
    initial: 'standing',
    states: { standing: {}, felled: { type: 'final' } },
  });
  const rig = new OrchestratorRig([tree]);
  const instance = rig.newInstance();
  rig.start('tree', 'oak');
  await rig.deliver(instance, 'oak');
  const readExecution = rig.table.executions.read.bind(rig.table.executions);
  // It dies between the last commit of the machine and the rest of the outbox, and its batch does not come again.
  rig.table.executions.read = () => Promise.reject(new Error('died'));
  await rig.send('oak', 'fell', 'FELL');
  await expect(rig.deliver(instance, 'oak')).rejects.toThrow('died');
  rig.table.executions.read = readExecution;
  const ended = await rig.execution('oak');
  expect(ended).toMatchObject({ status: 'SUCCEEDED', outbox: { length: 110 } });
  const { items: due } = await rig.table.index.listDue({ shard: 0, until: rig.now, limit: 10 });
  expect(due).toEqual([{ executionId: 'oak', wakeAt: rig.now }]);
  await rig.newInstance().wake('oak', 'wake#1');
  expect((await rig.execution('oak')).outbox).toBeUndefined();
  const stops = [...rig.table.items.keys()].filter((key) => key.includes('message#oak#1'));
  expect(stops).toHaveLength(200);
});

it('of a message item whose second event failed the machine, a redrive gives it the second and not the first', async () => {
  let isMended = false;
  const twice = createMachine({
    id: 'child',
    on: { TELL: { actions: [sendParent({ type: 'TOLD', n: 1 }), sendParent({ type: 'TOLD', n: 2 })] } },
  });
  const careful = setup({
    types: { context: {} as { told: number[] }, events: {} as { type: 'TOLD'; n: number } },
    actors: { child: twice },
  }).createMachine({
    id: 'parent',
    context: { told: [] },
    invoke: { src: 'child' },
    on: {
      TOLD: {
        actions: assign({
          told: ({ context, event }) => {
            if (event.n === 2 && !isMended) throw new RangeError('too much');
            return [...context.told, event.n];
          },
        }),
      },
    },
  });
  const rig = new OrchestratorRig([careful]);
  const instance = rig.newInstance();
  rig.start('parent', 'p');
  await rig.deliver(instance, 'p');
  await rig.deliver(instance, 'p.0');
  await rig.send('p.0', 'tell', 'TELL');
  await rig.deliver(instance, 'p.0');
  await rig.deliver(instance, 'p');
  expect(await rig.execution('p')).toMatchObject({
    status: 'FAILED',
    failed: { reference: 'message#p.0#1', messages: 1 },
  });
  isMended = true;
  await rig.control('p', 'redrive');
  await rig.deliver(instance, 'p');
  rig.now += 1000;
  await rig.newInstance().wake('p', 'wake#1');
  expect(await rig.context('p')).toEqual({ told: [1, 2] });
  expect((await rig.execution('p')).status).toBe('RUNNING');
});
