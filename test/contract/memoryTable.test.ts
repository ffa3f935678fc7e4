import { MemoryTable } from '../../testing/memoryTable/memoryTable.ts';
import { noon } from './examples.ts';
import { describeTable } from './table.features.ts';

describeTable('The table in memory', async (indexShards, retentionDays) => {
  const layout = { indexShards, ...(retentionDays !== undefined && { retentionDays }) };
  const table = new MemoryTable(layout, () => noon);
  return {
    table,
    put: async (item) => table.put(item),
    get: async (executionId, item) => table.items.get(`${executionId}\n${item}`),
    close: async () => {},
  };
});
