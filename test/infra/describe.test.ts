import { describe, expect, it } from 'vitest';
import { describeDeployment } from '../../infra/describe.ts';
import { wakeCallTimeoutSeconds } from '../../orchestrator/configuration/timeouts.ts';
import { runSeconds } from '../../orchestrator/handlers/clock.ts';

const code = {
  orchestrator: '',
  workerHost: '',
  workers: [{ name: 'charge', codeDirectory: '', handler: 'index.handler' }],
};

describe('a deployment with a store', () => {
  const settings = { store: 's3://large-data/teams/orders', storeOverKb: 12, retentionDays: 30 };

  it('gives every function the store’s place, and from what size on it is used', () => {
    const { functions } = describeDeployment(code, settings);
    expect(functions).toHaveLength(7);
    for (const { environment } of functions) {
      expect(environment).toMatchObject({
        MILLRACE_STORE: 's3://large-data/teams/orders',
        MILLRACE_STORE_OVER_KB: '12',
      });
    }
  });

  it('expires data after the items that refer to it, and never the state of what runs', () => {
    const { store } = describeDeployment(code, settings);
    expect(store).toMatchObject({
      bucketName: 'large-data',
      expirations: [{ prefix: 'teams/orders/data/', days: 38 }],
    });
    expect(describeDeployment(code, { ...settings, retentionDays: 0 }).store?.expirations).toEqual([]);
  });

  it('needs no bucket where the store is a folder', () => {
    const { store } = describeDeployment(code, { ...settings, store: 'file:///var/millrace' });
    expect(store).not.toHaveProperty('bucketName');
    expect(store?.expirations).toEqual([{ prefix: 'data/', days: 38 }]);
  });

  it('is none unless it is asked for', () => {
    const { store, functions } = describeDeployment(code);
    expect(store).toBeUndefined();
    for (const { environment } of functions) expect(environment).not.toHaveProperty('MILLRACE_STORE');
  });
});

describe('a deployment with a bucket for failures', () => {
  it('gives the event source of the journal that bucket, and the recovery function what is put there', () => {
    const { failures, functions } = describeDeployment(code, { failures: 's3://millrace-failures' });
    expect(failures).toMatchObject({
      bucketName: 'millrace-failures',
      permissions: ['s3:PutObject', 's3:ListBucket'],
      recovery: { functionName: 'millrace-recovery' },
    });
    const recovery = functions.find(({ role }) => role === 'recovery');
    expect(recovery).toMatchObject({
      functionName: 'millrace-recovery',
      handler: 'index.recover',
      environment: { MILLRACE_FAILURES: 's3://millrace-failures' },
    });
  });

  it('has the recovery function also without one: doctor repairs with it', () => {
    const { failures, functions } = describeDeployment(code);
    expect(failures).toBeUndefined();
    expect(functions.map(({ role }) => role)).toContain('recovery');
  });
});

describe('a caller waits for longer than what it calls can take:', () => {
  it('the clock for the wake function, until the end of its run', () => {
    const { functions } = describeDeployment(code);
    const timeoutOf = (name: string) => functions.find(({ role }) => role === name)?.timeoutSeconds ?? 0;
    expect(wakeCallTimeoutSeconds).toBeGreaterThan(timeoutOf('wake'));
    expect(timeoutOf('clock')).toBeGreaterThan(runSeconds + wakeCallTimeoutSeconds);
  });
});

describe('the failure bucket', () => {
  it('is swept again and again, where there is one', () => {
    const { schedules } = describeDeployment(code, { failures: 's3://millrace-failures' });
    expect(schedules).toContainEqual({ functionName: 'millrace-recovery', rateMinutes: 15 });
    expect(describeDeployment(code).schedules).toEqual([{ functionName: 'millrace-clock', rateMinutes: 1 }]);
  });
});
