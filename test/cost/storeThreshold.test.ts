import { expect, test } from 'vitest';
import { defaults } from '../../orchestrator/configuration/configuration.ts';
import { listPrices } from '../../tools/bench/prices.ts';

const { dynamodb, s3, lambda } = listPrices;
/** What S3 takes at most for a small object, by its performance guidelines, and what the orchestrator costs meanwhile. */
const slowSeconds = 0.2;
const orchestratorGb = 0.5;
const waiting = slowSeconds * orchestratorGb * lambda.arm64GbSecond;

/** USD of a commit whose state takes so many KB compressed: in the item, and in the store with 1 KB left in the item. */
const inItem = (kb: number) => kb * dynamodb.writeUnit;
const inStore = dynamodb.writeUnit + s3.put + waiting;

test('a state is cheaper in the store from 12 KB on, the time that S3 takes included', () => {
  expect(inItem(11)).toBeLessThan(inStore);
  expect(inItem(12)).toBeGreaterThan(inStore);
});

test('the default threshold is where the store costs less than half', () => {
  expect(inStore / inItem(defaults.storeOverKb)).toBeLessThan(0.5);
  expect(inStore / inItem(defaults.storeOverKb / 2)).toBeGreaterThan(0.5);
});

test('what a state of the default threshold costs for a million commits is as the decision says', () => {
  expect(inItem(32) * 1e6).toBeCloseTo(20, 1);
  expect(inStore * 1e6).toBeCloseTo(6.96, 1);
});
