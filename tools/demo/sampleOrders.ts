import { readFile } from 'node:fs/promises';
import type { OrderInput } from '../../machines/order.ts';

/** An order of the sample file, and how its execution must end. */
export interface SampleOrder {
  readonly executionId: string;
  readonly input: OrderInput;
  readonly expect: ExpectedEnd;
}

export interface ExpectedEnd {
  readonly status: 'SUCCEEDED' | 'FAILED';
  /** State of the machine at the end: a final one, or for FAILED the one whose task failed. */
  readonly finalState: string;
}

/** Where the sample orders are, in the repository. */
export const sampleOrdersPath = 'machines/samples/orders.ndjson';

export async function readSampleOrders(path: string): Promise<readonly SampleOrder[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SampleOrder);
}
