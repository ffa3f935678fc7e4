/** Pages that were written before the rules of english.ts, and still break them. Never add to it. */
export const pendingEnglish: ReadonlySet<string> = new Set([
  'CONTRIBUTING.md',
  'docs/decisions/0001-log-as-text.md',
  'docs/decisions/0002-index-sort-key-and-projection.md',
  'docs/decisions/0005-jitter-by-hash.md',
  'docs/decisions/0009-messages-between-executions.md',
  'docs/decisions/0011-what-bounds-the-throughput-bench.md',
  'docs/decisions/0012-large-data-in-a-store.md',
  'docs/decisions/0013-what-the-bus-is-told-is-an-attribute.md',
  'docs/decisions/0016-long-lists-as-a-tree.md',
  'docs/decisions/0017-lists-in-files.md',
  'docs/decisions/0020-rules-of-the-bus-carry-what-to-do.md',
  'docs/decisions/0021-logs-and-metrics-by-powertools.md',
  'docs/decisions/0022-results-of-unmodified-functions-by-destinations.md',
  'docs/decisions/README.md',
  'docs/reference/xstate.md',
  'docs/security.md',
]);

/** Folders of sources, likewise. */
export const pendingFolders: readonly string[] = [
  'client',
  'cli',
  'infra',
  'orchestrator',
  'test',
  'testing',
  'workers',
  'asl',
];
