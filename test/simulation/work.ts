import { seededRandom } from '../../testing/seededRandom.ts';
import { unfinished } from '../../workers/unfinished.ts';
import { thrownOf } from '../core/machine/differential/thrown.ts';
import { seedOf } from './draws.ts';
import { jobIn } from './errand.ts';
import type { Work } from './lambda.ts';

const decisions: Readonly<Record<string, readonly (string | null)[]>> = {
  A_SUBMITTED: ['A_PARTLYSUBMITTED'],
  A_PARTLYSUBMITTED: ['A_PREACCEPTED', 'A_PREACCEPTED', 'A_DECLINED'],
  A_PREACCEPTED: ['A_ACCEPTED', 'A_ACCEPTED', 'A_CANCELLED', null],
  A_ACCEPTED: ['A_FINALIZED'],
  A_FINALIZED: ['A_APPROVED', 'A_REGISTERED', 'A_ACTIVATED', 'A_DECLINED'],
};

const errorNames: Readonly<Record<string, string>> = {
  reserveStock: 'OutOfStock',
  label: 'NoCarrier',
  charge: 'CardDeclined',
};

/** The work of a seed's workers. Runs of one attempt differ, so that it shows whose result was taken. */
export function workOf(seed: number): Work {
  return (worker, input, { executionId, task, attempt }, time) => {
    const random = seededRandom(seedOf(seed, `${executionId}#${task}#${attempt}#${time}`));
    const draw = random();
    // 100 ** 155 is Infinity.
    if (worker === 'insist' && attempt <= 156) throw new Error('It is not enough.');
    if (draw < 0.06) throw thrownOf(Math.floor(random() * 90));
    if (draw < 0.1) {
      const name = errorNames[worker] ?? 'Refused';
      throw Object.assign(new Error(`${name} for good`), { name, retryable: draw < 0.07 });
    }
    const value = Math.floor(random() * 100);
    switch (worker) {
      case 'reserveStock':
        return { orderId: executionId, warehouse: `w${value}` };
      case 'label':
        return fieldOf(input, 'city') === undefined ? { trackingId: `t${value}` } : `label ${value}`;
      case 'decideActivity': {
        const only = fieldOf(input, 'only');
        const next = decisions[String(fieldOf(input, 'after'))] ?? [null];
        return { next: only ?? next[value % next.length] ?? null };
      }
      case 'convert': {
        // However often its start is delivered, an attempt starts one job.
        if (jobIn(input) === undefined) return { job: `${executionId}#${task}#${attempt}` };
        return value < 70 ? unfinished : { value };
      }
      case 'count':
        return input;
      case 'add':
      case 'reserve':
        return value;
      case 'ask':
      case 'approve':
      case 'encode':
      case 'post':
      case 'run':
        return `task ${value}`;
      default:
        return worker.startsWith('p') || worker.includes('inline') ? value % 7 : { value };
    }
  };
}

function fieldOf(input: unknown, name: string): unknown {
  return typeof input === 'object' && input !== null ? Reflect.get(input, name) : undefined;
}
