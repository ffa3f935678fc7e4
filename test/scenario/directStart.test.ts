import { describe, expect, it } from 'vitest';
import { createMachine, fromPromise, setup } from 'xstate';
import { MillraceClient } from '../../client/millraceClient.ts';
import type { ClientSurroundings } from '../../client/surroundings.ts';
import type { NudgeEvent } from '../../orchestrator/contract/nudge.ts';
import { recoverHandler } from '../../orchestrator/handlers/recover.ts';
import { idleSurroundings } from '../support/idleSurroundings.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';

const errand = setup({ actors: { pass: fromPromise<number>(async () => 1) } }).createMachine({
  id: 'errand',
  initial: 'going',
  states: {
    going: { invoke: { src: 'pass', onDone: 'over', onError: 'over' } },
    over: { type: 'final', output: ({ event }) => event.output },
  },
  output: ({ event }) => event.output,
});

const failing = createMachine({
  id: 'failing',
  initial: 'boom',
  states: {
    boom: {
      entry: () => {},
      always: {
        guard: () => {
          throw new RangeError('boom');
        },
        target: 'over',
      },
    },
    over: { type: 'final' },
  },
});

function clientOf(rig: OrchestratorRig, more: Partial<ClientSurroundings>): MillraceClient {
  return new MillraceClient({ ...idleSurroundings(rig.table), now: () => rig.now, ...more });
}

/** A direct start, of which the nudge was kept. */
async function started() {
  const rig = new OrchestratorRig([errand]);
  const nudges: NudgeEvent[] = [];
  const client = clientOf(rig, {
    nudge: async (event) => {
      nudges.push(event);
      return true;
    },
  });
  const answer = await client.start('errand', { executionId: 'e', direct: true });
  const [event] = nudges;
  if (!event) throw new Error('The orchestrator was not told.');
  return { rig, client, answer, nudges, event };
}

const keys = (rig: OrchestratorRig) => rig.dispatched.map(({ item }) => item);

describe('a direct start', () => {
  it('is begun without the stream, whose delivery then dispatches nothing, whichever instance gets it', async () => {
    const { rig, answer, event } = await started();
    expect(answer).toEqual({ executionId: 'e', isNew: true, isDirect: true });
    await rig.newInstance().nudge(event.nudge);
    expect(keys(rig)).toEqual(['task#0#1']);
    rig.now += 200;
    await rig.deliver(rig.newInstance(), 'e');
    expect(keys(rig)).toEqual(['task#0#1']);
    expect(await rig.verdicts('e')).toEqual(['start applied']);
  });

  it('takes the events that came before it into the first commit, as any start', async () => {
    const { rig, event } = await started();
    await rig.send('e', '1', 'TELL');
    await rig.newInstance().nudge(event.nudge);
    expect(await rig.verdicts('e')).toEqual(['start applied', 'event#1 applied']);
  });

  it('finds the execution begun where the stream was faster, and dispatches nothing', async () => {
    const { rig, event } = await started();
    await rig.deliver(rig.newInstance(), 'e');
    await rig.newInstance().nudge(event.nudge);
    expect(keys(rig)).toEqual(['task#0#1']);
  });

  it('has what it could not dispatch dispatched by the recovery function', async () => {
    const { rig, event } = await started();
    const dying = rig.newInstance();
    rig.table.executions.commit = new Proxy(rig.table.executions.commit, {
      apply: async (commit, of, args) => {
        await Reflect.apply(commit, of, args);
        throw new Error('It dies after its commit.');
      },
    });
    await expect(dying.nudge(event.nudge)).rejects.toThrow('It dies');
    expect(keys(rig)).toEqual([]);
    const recovery = recoverHandler(rig.newInstance(), {
      table: rig.table,
      failures: undefined,
      report: () => {},
      now: () => rig.now,
      afterBatch: () => {},
    });
    await recovery({ requestPayload: event });
    expect(keys(rig)).toEqual(['task#0#1']);
  });

  it('is made once, and is as good where the orchestrator cannot be reached', async () => {
    const { client, nudges } = await started();
    expect(await client.start('errand', { executionId: 'e', direct: true })).toEqual({
      executionId: 'e',
      isNew: false,
    });
    expect(nudges).toHaveLength(1);
    const deaf = clientOf(new OrchestratorRig([errand]), { nudge: async () => false });
    expect(await deaf.start('errand', { direct: true })).toMatchObject({ isNew: true, isDirect: false });
  });
});

describe('startAndWait', () => {
  /** Time passes only while the client waits: by then the orchestrator has been invoked. */
  function waiting(rig: OrchestratorRig, whileWaiting: () => Promise<void>) {
    const orchestrator = rig.newInstance();
    return clientOf(rig, {
      nudge: async ({ nudge }) => {
        await orchestrator.nudge(nudge);
        return true;
      },
      sleep: async (ms) => {
        rig.now += ms;
        await whileWaiting();
      },
    });
  }

  it('answers the output', async () => {
    const rig = new OrchestratorRig([errand]);
    const orchestrator = rig.newInstance();
    const client = waiting(rig, async () => {
      await rig.succeed('e', 0, 1, 42);
      await rig.deliver(orchestrator, 'e');
    });
    const result = await client.startAndWait(errand, undefined, { executionId: 'e', timeout: '5s' });
    expect(result).toEqual({ isDone: true, executionId: 'e', output: 42 });
  });

  it('answers a handle when the time is up', async () => {
    const rig = new OrchestratorRig([errand]);
    const client = waiting(rig, async () => {});
    const result = await client.startAndWait('errand', undefined, { executionId: 'e', timeout: '1s' });
    expect(result).toEqual({ isDone: false, executionId: 'e' });
    expect((await client.describe('e')).status).toBe('RUNNING');
  });

  it('throws where the execution ends without success', async () => {
    const rig = new OrchestratorRig([failing]);
    const client = waiting(rig, async () => {});
    await expect(
      client.startAndWait('failing', undefined, { executionId: 'e', timeout: '1s' }),
    ).rejects.toMatchObject({
      code: 'ExecutionNotSucceeded',
      status: 'FAILED',
    });
  });
});
