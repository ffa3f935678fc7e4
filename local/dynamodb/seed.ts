import { gunzipSync } from 'node:zlib';

/**
 * The stream's table as the engine itself would create it, but for two things. It has an index that the engine lacks:
 * without it each write looks for the last sequence number in all of the stream, and 16,000 records make writes twenty
 * times slower. The index's two last columns let DescribeStream be answered from it alone. And its ids are not counted in a
 * table of their own (AUTOINCREMENT), which is one page less to log with each write; nothing reads them.
 */
export const streamSchema = `
  CREATE TABLE _stream_records (
    id INTEGER PRIMARY KEY,
    table_name TEXT NOT NULL,
    event_name TEXT NOT NULL,
    keys_json TEXT NOT NULL,
    new_image TEXT,
    old_image TEXT,
    sequence_number TEXT NOT NULL,
    shard_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    user_identity TEXT
  );
  CREATE INDEX millrace_stream_order ON _stream_records
    (table_name, CAST(sequence_number AS INTEGER), shard_id, sequence_number);
`;

/** A database file with this schema and nothing else, compressed. A test makes it again, so that the two stay the same. */
const compressed = [
  'H4sIAAAAAAACA+3XwUrDQBAG4EkrCIWK4MHrHFtavCh4NWqQYo3aRqinZe2OGm0S3GzVHhVfQvAlfCjfQ2ytYqx48iL/d5ud',
  'ndnJQg7bPWzHTvg0s4l2vEqL5Hm0wUxEHhGV6dNbPFeIf+PRyuNzlYhK1RdaeKq+EAAAAAAAAPydu7XS/PJ6w7tfilMjt0k8',
  'GFjdF5U7KzpRmTVip4GVfmZNXt7qBH4UcCvcDno8s4L3Qy5UVZiZa06fDESlOpEmb/ndqJbL1VDSvqh0mJyIZb/LrTAKdoJO',
  'vcn5ubZGxabJhW31e+3NLzca3sNo0vHrWYWw9D5w5G+2g+JcXBtPFpvpuXzQae35nWPeDY6b49zn0BwFvYjD/YjDo3Z7kpVr',
  'Sd2P2UsZ5eoiz9JZyVRuVJzos0nlZC0bmG9rxUua0Wp6VbNyfSvaiVHafXzj1w3DXKyKjaQudqNxhwpz/e1tTov4RQAAAAAA',
  'AAD+swre/wAAAAAAAAD/3ivYjOeYADAAAA==',
].join('');

/** The engine's database file as it is before the engine opens it for the first time. */
export function seed(): Uint8Array {
  return gunzipSync(Buffer.from(compressed, 'base64'));
}
