import { type DynamoDBStreamsClient, GetRecordsCommand } from '@aws-sdk/client-dynamodb-streams';
import type { StreamRecord } from './streamRecord.ts';

/** The most that one `GetRecords` answers. */
export const recordsPerRead = 1000;

export interface ReadRecords {
  readonly records: readonly StreamRecord[];
  /** Undefined when the shard is closed and was read to its end. */
  readonly nextIterator: string | undefined;
}

/**
 * Reads with the SDK's client (endpoint, signature, retries, errors are its own), but takes the records from the
 * answer's JSON before the SDK turns them into its own shape: Lambda's event has the wire's shape, so they would only
 * be turned back, and there and back is four fifths of the cost of a read.
 */
export async function getRecords(
  client: DynamoDBStreamsClient,
  iterator: string,
  abortSignal: AbortSignal,
): Promise<ReadRecords> {
  const command = new GetRecordsCommand({ ShardIterator: iterator, Limit: recordsPerRead });
  let records: readonly StreamRecord[] = [];
  command.middlewareStack.add(
    (next) => async (input) => {
      const result = await next(input);
      if (isSuccess(result.response)) {
        const { Records, ...rest } = parse(await read(result.response.body));
        records = Records ?? [];
        result.response.body = Buffer.from(JSON.stringify(rest));
      }
      return result;
    },
    // Within the step of the SDK's own deserialiser, and nearer to the wire.
    { step: 'deserialize', priority: 'low', name: 'millraceWireRecords' },
  );
  const { NextShardIterator } = await client.send(command, { abortSignal });
  return { records, nextIterator: NextShardIterator };
}

interface HttpAnswer {
  readonly statusCode: number;
  body: unknown;
}

function isSuccess(response: unknown): response is HttpAnswer {
  return (
    typeof response === 'object' &&
    response !== null &&
    'statusCode' in response &&
    response.statusCode === 200 &&
    'body' in response
  );
}

function parse(text: string): { readonly Records?: readonly StreamRecord[] } {
  return JSON.parse(text);
}

async function read(body: unknown): Promise<string> {
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8');
  if (!isChunks(body)) return '{}';
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function isChunks(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}
