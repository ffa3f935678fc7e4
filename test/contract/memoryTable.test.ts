import { MemoryTable } from '../../testing/memoryTable/memoryTable.ts';
import { noon } from './examples.ts';
import { describeTable } from './table.features.ts';

describeTable('The table in memory', async (indexShards) => {
  const table = new MemoryTable({ indexShards }, () => noon);
  return {
    table,
    put: async (item) => table.put(item),
    get: async (executionId, item) => table.items.get(`${executionId}\n${item}`),
    close: async () => {},
  };
});
