import { tooLarge } from '../serviceError.ts';

/**
 * An output with its stream read: the bytes of a file of S3, say.
 *
 * @throws ServiceCallError with `States.DataLimitExceeded`
 */
export async function withBytes(output: object, service: string, mostBytes: number): Promise<object> {
  const entries = await Promise.all(
    Object.entries(output).map(
      async ([key, value]): Promise<[string, unknown]> => [
        key,
        isStream(value) ? await bytesOf(value, service, mostBytes) : value,
      ],
    ),
  );
  return Object.fromEntries(entries);
}

function isStream(value: unknown): value is AsyncIterable<Uint8Array> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !(value instanceof Uint8Array) &&
    Symbol.asyncIterator in value
  );
}

/** Leaving the loop ends the stream. */
async function bytesOf(
  stream: AsyncIterable<Uint8Array>,
  service: string,
  mostBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > mostBytes) throw tooLarge(service);
    chunks.push(part);
  }
  return Buffer.concat(chunks);
}
