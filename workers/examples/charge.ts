import { defineWorker, type Task } from 'millrace/workers';

export interface ChargeInput {
  /** The payment service's token for a card. */
  readonly card: string;
  /** In cents. */
  readonly amount: number;
}

export interface Receipt {
  readonly receiptId: string;
}

/** The bank said no. */
export class CardDeclinedError extends Error {
  override readonly name = 'CardDeclined';
  readonly retryable = false;
}

/** A case for a person, which the order machine leaves alone: its execution fails. */
export class CardStolenError extends Error {
  override readonly name = 'CardStolen';
  readonly retryable = false;
}

/** The payment service did not answer: worth trying again. */
export class PaymentServiceUnavailableError extends Error {
  override readonly name = 'PaymentServiceUnavailable';
}

/**
 * Charges a card: once, however often it is tried, because the payment service takes the task's idempotency key.
 * Cards that end in 0002 are declined, those in 0005 are stolen, and for those in 0503 the service is down at the
 * first attempt.
 */
export function charge({ card }: ChargeInput, task: Pick<Task, 'attempt' | 'idempotencyKey'>): Receipt {
  if (card.endsWith('0002')) throw new CardDeclinedError('The bank declined the card.');
  if (card.endsWith('0005')) throw new CardStolenError('The card was reported stolen.');
  if (card.endsWith('0503') && task.attempt === 1) {
    throw new PaymentServiceUnavailableError('The payment service answered 503.');
  }
  return { receiptId: `receipt:${task.idempotencyKey}` };
}

export const handler = defineWorker(charge);
