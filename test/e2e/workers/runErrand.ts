import { setTimeout as sleep } from 'node:timers/promises';
import { defineWorker } from 'millrace/workers';

export interface ErrandInput {
  readonly kind: 'steady' | 'silent' | 'once' | 'elsewhere';
}

/** Works for eight seconds with heartbeats, or for ever without; dies; or leaves it to another system. */
export const handler = defineWorker(async ({ kind }: ErrandInput, { heartbeat }) => {
  switch (kind) {
    case 'steady':
      for (let step = 1; step <= 10; step++) {
        await heartbeat({ progress: { step } });
        await sleep(800);
      }
      return 'arrived';
    case 'silent':
      await sleep(60_000);
      return 'too late';
    case 'once':
      return process.exit(1);
    case 'elsewhere':
      return 'nobody reads this';
  }
});
