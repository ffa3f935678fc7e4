import { createHash } from 'node:crypto';
import { MillraceClient } from '../../client/millraceClient.ts';
import type { Json } from '../../orchestrator/core/data/json.ts';
import { Arns } from '../../stepfunctions/arns.ts';
import { type Answer, stepFunctionsHandler } from '../../stepfunctions/handler.ts';
import type { DeployedMachine } from '../../stepfunctions/surroundings.ts';
import { MemoryTable } from '../../testing/memoryTable/memoryTable.ts';

/** The API over a table in memory whose executions no orchestrator takes up. */
export class MemoryApi {
  readonly table: MemoryTable;
  now = Date.UTC(2026, 0, 1);
  readonly #handle: (operation: string, body: Json) => Promise<Answer>;
  #ids = 0;

  constructor(deployed: readonly DeployedMachine[] = []) {
    this.table = new MemoryTable({ indexShards: 2 }, () => this.now);
    const newId = () =>
      createHash('sha256')
        .update(String(++this.#ids))
        .digest('hex')
        .slice(0, 36);
    const now = () => this.now;
    const sleep = async () => {};
    const client = new MillraceClient({
      table: this.table,
      now,
      newId,
      sleep,
      retentionDays: 90,
      catchUp: async () => {
        throw new Error('Nothing is recovered here.');
      },
    });
    this.#handle = stepFunctionsHandler({
      client,
      table: this.table,
      arns: new Arns({ region: 'us-east-1', accountId: '111111111111' }),
      deployed: async () => deployed,
      now,
      newId,
      sleep,
    });
  }

  call(operation: string, body: Json = {}): Promise<Answer> {
    return this.#handle(operation, body);
  }

  /** The answer of a call that succeeds. */
  async made(operation: string, body: Json = {}): Promise<Answer[1]> {
    const [status, answer] = await this.call(operation, body);
    if (status !== 200) throw new Error(`${operation}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** `Name: message` of a call that fails. */
  async refused(operation: string, body: Json = {}): Promise<string> {
    const [status, answer] = await this.call(operation, body);
    if (status !== 400) throw new Error(`${operation} answers ${status}: ${JSON.stringify(answer)}`);
    return `${answer.__type}: ${answer.message}`;
  }
}

export const roleArn = 'arn:aws:iam::111111111111:role/orders';

export function passing(result: Json): string {
  return JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', Result: result, End: true } } });
}

export const prefix = 'arn:aws:states:us-east-1:111111111111';
