import { seededRandom } from '../../testing/seededRandom.ts';
import { InvalidFaultError } from '../faults.ts';

/**
 * Faults between the clients and DynamoDB. All rules draw from one generator, in the order in which
 * requests arrive; for each request the first rule that strikes decides, but a delay adds to what else happens.
 */
export interface DynamoDBFaults {
  readonly seed: number;
  readonly rules: readonly DynamoDBFaultRule[];
}

export type DynamoDBFaultRule = ThrottleRule | TransactionConflictRule | DropRule | DelayRule;

interface Rule {
  /** 0 to 1, for each request that the rule is about. */
  readonly probability: number;
  /** API names, as in `PutItem`. @default the writes of items; for `delay` and `throttle`, all operations */
  readonly operations?: readonly string[];
}

/** The request is refused and nothing is written. */
export interface ThrottleRule extends Rule {
  readonly fault: 'throttle';
  /** @default 'ThrottlingException' */
  readonly error?: 'ThrottlingException' | 'ProvisionedThroughputExceededException';
}

/** The request is refused as if a transaction on one of its items were under way. Nothing is written. */
export interface TransactionConflictRule extends Rule {
  readonly fault: 'transactionConflict';
}

/** The caller is not told what became of the request, which was carried out (`After`) or not (`Before`). */
export interface DropRule extends Rule {
  readonly fault: 'dropAfterWrite' | 'dropBeforeWrite';
  /** The connection is cut, or status 500 is answered. @default 'cut' */
  readonly answer?: 'cut' | 'internalServerError';
}

/** The request waits before it is carried out. */
export interface DelayRule extends Rule {
  readonly fault: 'delay';
  readonly minimumMs: number;
  readonly maximumMs: number;
}

export type DynamoDBFaultCounts = Record<DynamoDBFaultRule['fault'], number>;

export interface DrawnDynamoDBFault {
  readonly delayMs: number;
  /** How the request ends other than by the engine's answer. */
  readonly rule: Exclude<DynamoDBFaultRule, DelayRule> | undefined;
  /** From 0 to 1: which action of a transaction conflicts. */
  readonly position: number;
}

export interface DynamoDBFaultDraws {
  draw(operation: string): DrawnDynamoDBFault;
  /** While they are off nothing is drawn. They are on at first. */
  setEnabled(enabled: boolean): void;
  counts(): DynamoDBFaultCounts;
}

const itemWrites = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems'];
const conflictingWrites = itemWrites.filter((operation) => operation !== 'BatchWriteItem');
const noFault: DrawnDynamoDBFault = { delayMs: 0, rule: undefined, position: 0 };

/**
 * @throws InvalidFaultError for a probability outside 0 to 1, or a delay that ends before it begins
 */
export function drawDynamoDBFaults(faults: DynamoDBFaults): DynamoDBFaultDraws {
  faults.rules.forEach(check);
  const random = seededRandom(faults.seed);
  const counts: DynamoDBFaultCounts = {
    throttle: 0,
    transactionConflict: 0,
    dropAfterWrite: 0,
    dropBeforeWrite: 0,
    delay: 0,
  };
  let enabled = true;

  return {
    draw(operation) {
      if (!enabled) return noFault;
      let delayMs = 0;
      for (const rule of faults.rules) {
        if (!concerns(rule, operation) || random() >= rule.probability) continue;
        counts[rule.fault] += 1;
        if (rule.fault !== 'delay') return { delayMs, rule, position: random() };
        delayMs += rule.minimumMs + random() * (rule.maximumMs - rule.minimumMs);
      }
      return delayMs === 0 ? noFault : { delayMs, rule: undefined, position: 0 };
    },
    setEnabled(value) {
      enabled = value;
    },
    counts: () => ({ ...counts }),
  };
}

function concerns(rule: DynamoDBFaultRule, operation: string): boolean {
  if (rule.operations) return rule.operations.includes(operation);
  if (rule.fault === 'delay' || rule.fault === 'throttle') return true;
  return (rule.fault === 'transactionConflict' ? conflictingWrites : itemWrites).includes(operation);
}

function check(rule: DynamoDBFaultRule): void {
  if (!(rule.probability >= 0 && rule.probability <= 1)) {
    throw new InvalidFaultError(
      `Fault "${rule.fault}" is ${rule.probability}: give a probability from 0 to 1.`,
    );
  }
  if (rule.fault === 'delay' && !(rule.minimumMs >= 0 && rule.maximumMs >= rule.minimumMs)) {
    throw new InvalidFaultError(
      `A delay from ${rule.minimumMs} to ${rule.maximumMs} ms is none: give 0 ≤ minimumMs ≤ maximumMs.`,
    );
  }
}
