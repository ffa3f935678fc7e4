import type { DeliveryFaults } from '../../testing/deliveryFaults.ts';

/** Every kind of bad delivery at once, as often as executions still come to their end. */
export const unkindDelivery: Omit<DeliveryFaults, 'seed'> = {
  duplicate: 0.3,
  maximumDelayMs: 2000,
  crashAfterCommit: 0.05,
  throttleCommit: 0.05,
  throttleInvoke: 0.1,
  duplicateInvoke: 0.1,
  loseInvoke: 0.03,
};
