import { setTimeout as sleep } from 'node:timers/promises';
import { defineWorker } from 'millrace/workers';

export interface ErrandInput {
  readonly kind: 'steady' | 'silent' | 'once' | 'elsewhere';
}

/** Works for three seconds with signs of life, or for ever without; dies; or leaves it to somebody else. */
export const handler = defineWorker(async ({ kind }: ErrandInput, { heartbeat }) => {
  switch (kind) {
    case 'steady':
      for (let step = 1; step <= 10; step++) {
        await heartbeat({ progress: { step } });
        await sleep(300);
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
