import type { TableDescription } from '../../../infra/description.ts';

export const describedTable: TableDescription = {
  tableName: 'millrace-test',
  partitionKey: { name: 'executionId', type: 'S' },
  sortKey: { name: 'item', type: 'S' },
  index: {
    indexName: 'millrace-test-index',
    partitionKey: { name: 'mr_partition', type: 'S' },
    sortKey: { name: 'mr_sort', type: 'N' },
    nonKeyAttributes: ['machine', 'status'],
  },
  streamViewType: 'NEW_IMAGE',
  timeToLiveAttribute: 'mr_expiresAt',
};
