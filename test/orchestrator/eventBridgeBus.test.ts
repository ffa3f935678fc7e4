import { describe, expect, it, onTestFinished } from 'vitest';
import { type StartBusOptions, startBus } from '../../local/bus.ts';
import { busEvents } from '../../orchestrator/bus/busEvents.ts';
import { EventBridgeBus } from '../../orchestrator/bus/eventBridgeBus.ts';
import { ended, execution } from '../contract/examples.ts';

/** The bus of a publisher, with the local EventBridge behind the AWS SDK. */
async function start(options: StartBusOptions = {}, eventBusName = 'shop') {
  const local = await startBus(options);
  onTestFinished(() => local.stop());
  local.eventBridge.deploy(['shop'], []);
  const bus = new EventBridgeBus({
    eventBusName,
    client: {
      endpoint: local.endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    },
  });
  return { local, bus };
}

const emissionsOf = (count: number, text = '') =>
  busEvents({
    execution: execution(),
    emitted: Array.from({ length: count }, (_, number) => ({ event: { type: 'said', number, text } })),
  });

describe('the event bus of EventBridge', () => {
  it('gets events with the fields that they have, in as few calls as there may be', async () => {
    const { local, bus } = await start();
    const events = [
      ...emissionsOf(23),
      ...busEvents({ execution: ended(), emitted: [{ status: 'SUCCEEDED' }] }),
    ];
    expect(await bus.publish(events)).toEqual({ failures: [] });
    const byId = (a: { detail: { id: string } }, b: { detail: { id: string } }) =>
      a.detail.id < b.detail.id ? -1 : 1;
    // EventBridge's times have no fractions.
    const whole = events.map((event) => ({ ...event, time: event.time.replace('.000Z', 'Z') }));
    expect([...local.events()].sort(byId)).toEqual(whole.sort(byId));
  });

  it('gets large events in calls that it takes', async () => {
    const { local, bus } = await start();
    expect(await bus.publish(emissionsOf(5, 'x'.repeat(150_000)))).toEqual({ failures: [] });
    expect(local.events()).toHaveLength(5);
  });

  it('answers which events were refused, and why', async () => {
    const { bus, local } = await start({
      refuse: ({ detail }) => (detail.id.endsWith('/3') ? 'not this one' : undefined),
    });
    const events = emissionsOf(12);
    expect(await bus.publish(events)).toEqual({
      failures: [{ id: events[3]?.detail.id, reason: 'InternalFailure: not this one' }],
    });
    expect(local.events()).toHaveLength(11);
  });

  it('answers all events of a call that failed', async () => {
    const { bus, local } = await start();
    await local.stop();
    const { failures } = await bus.publish(emissionsOf(2));
    expect(failures.map(({ id }) => id)).toEqual(emissionsOf(2).map(({ detail }) => detail.id));
    expect(failures[0]?.reason).toMatch(/ECONNREFUSED/);
  });

  it('that does not exist is a failure of each event', async () => {
    const { bus } = await start({}, 'nowhere');
    expect((await bus.publish(emissionsOf(1))).failures).toMatchObject([
      { reason: 'ResourceNotFoundException: Event bus nowhere does not exist.' },
    ]);
  });
});

describe('what is too large for an event', () => {
  it('is left out of an emitted event, which then has its type alone', () => {
    const [event] = emissionsOf(1, 'é'.repeat(150_000));
    expect(event?.detail).toMatchObject({ event: { type: 'said' }, eventDetails: { included: false } });
    expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(1000);
  });

  it('is cut off a cause', () => {
    const error = { code: 'TaskFailed', name: 'Long', message: 'x'.repeat(40_000) } as const;
    const [event] = busEvents({
      execution: ended({ status: 'FAILED', error }),
      emitted: [{ status: 'FAILED' }],
    });
    expect(event?.detail).toMatchObject({ cause: 'x'.repeat(32_768) });
  });
});
