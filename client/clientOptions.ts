import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LambdaClientConfig } from '@aws-sdk/client-lambda';
import type { Units } from '../orchestrator/table/dynamodb/dynamoDBCalls.ts';
import type { Sleep } from './surroundings.ts';

export interface ClientOptions {
  /** @default the environment's `MILLRACE_TABLE`, else `millrace` */
  readonly tableName?: string;
  /** @default one whose endpoint, region and credentials are the environment's, as with any AWS SDK */
  readonly dynamodb?: DynamoDBClient;
  /** Partitions that each index group is spread over, as deployed. @default `MILLRACE_INDEX_SHARDS`, else 4 */
  readonly indexShards?: number;
  /** Days that items are kept; 0: for ever. @default `MILLRACE_RETENTION_DAYS`, else 90 */
  readonly retentionDays?: number;
  /** Where large data is, as deployed: `s3://bucket/prefix` or `file:///folder`. @default `MILLRACE_STORE`, else nowhere */
  readonly store?: string;
  /** Data over so many KB goes there. @default `MILLRACE_STORE_OVER_KB`, else 32 */
  readonly storeOverKb?: number;
  /** Begins the names of the functions, as deployed: `doctor` and direct starts call one each. @default `MILLRACE_FUNCTION_PREFIX`, else `millrace-` */
  readonly functionPrefix?: string;
  /** Of Lambda's client, which `doctor` and direct starts alone use. @default endpoint, region and credentials of the environment */
  readonly lambda?: LambdaClientConfig;
  /**
   * Has the orchestrator take every start, event and result of a task that is written at once, without the stream: one more
   * request each, which needs `grantDirectStart` or `grantDirectSend`. @default false
   */
  readonly direct?: boolean;
  /** Told the capacity units that each call took. @default not asked for */
  readonly onConsumedCapacity?: (consumed: Units) => void;
  /** Milliseconds since the epoch. @default the system's clock; in a local cloud whose time passes faster, its time */
  readonly now?: () => number;
  /** Makes ids of executions and events. @default random UUIDs */
  readonly newId?: () => string;
  /** Waits between two looks. @default the system's timers */
  readonly sleep?: Sleep;
}
