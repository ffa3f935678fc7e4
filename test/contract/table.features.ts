import { afterEach, beforeEach, describe } from 'vitest';
import { activityQueueFeatures } from './activityQueue.features.ts';
import { commitFeatures } from './commit.features.ts';
import { emittedFeatures } from './emitted.features.ts';
import { indexFeatures } from './index.features.ts';
import { journalFeatures } from './journal.features.ts';
import { livenessFeatures } from './liveness.features.ts';
import { messageFeatures } from './messages.features.ts';
import { oddItemFeatures } from './oddItems.features.ts';
import { outlineFeatures } from './outline.features.ts';
import { registryFeatures } from './registry.features.ts';
import { retentionFeatures } from './retention.features.ts';
import { roundTripFeatures } from './roundTrip.features.ts';
import type { Current, TableFactory, TableUnderTest } from './tableUnderTest.ts';

const indexShards = 3;

/** What Millrace needs of a table, whatever stores it. A store brings a factory, and its own tests for the rest. */
export function describeTable(name: string, factory: TableFactory): void {
  describe(name, () => {
    let underTest: TableUnderTest | undefined;
    beforeEach(async () => {
      underTest = await factory(indexShards);
    });
    afterEach(async () => {
      await underTest?.close();
      underTest = undefined;
    });
    const current: Current = () => {
      if (!underTest) throw new Error('The table of a test is there within the test only.');
      return underTest;
    };
    commitFeatures(current);
    journalFeatures(current);
    roundTripFeatures(current);
    oddItemFeatures(current);
    emittedFeatures(current);
    indexFeatures(current, indexShards);
    messageFeatures(current);
    livenessFeatures(current);
    activityQueueFeatures(current);
    outlineFeatures(current);
    registryFeatures(current);
    retentionFeatures(current, () => factory(indexShards, 90));
  });
}
