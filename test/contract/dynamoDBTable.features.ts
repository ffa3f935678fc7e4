import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeDeployment } from '../../infra/describe.ts';
import { ensureTable } from '../../local/dynamodb/createTable.ts';
import type { LocalDynamoDB } from '../../local/dynamodb/engine.ts';
import { startFaultProxy } from '../../local/dynamodb/faultProxy.ts';
import type { Units } from '../../orchestrator/table/dynamodb/dynamoDBCalls.ts';
import { DynamoDBTable, type DynamoDBTableOptions } from '../../orchestrator/table/dynamodb/dynamoDBTable.ts';
import { ended, event, execution, next, noon, result } from './examples.ts';
import { describeTable } from './table.features.ts';
import type { TableUnderTest } from './tableUnderTest.ts';

const connection = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const code = { codeDirectory: '', handler: '' };
const day = 86_400;

/** The table in a DynamoDB engine: what any table does, and what only DynamoDB has. */
export function describeDynamoDBTable(engineName: string, start: () => Promise<LocalDynamoDB>): void {
  describe(engineName, () => {
    let engine: LocalDynamoDB;
    let client: DynamoDBClient;
    let tables = 0;
    beforeAll(async () => {
      engine = await start();
      client = new DynamoDBClient({ ...connection, endpoint: engine.endpoint });
    }, 120_000);
    afterAll(async () => {
      client?.destroy();
      await engine?.stop();
    });

    async function newTable(options: Partial<DynamoDBTableOptions> = {}): Promise<TableUnderTest> {
      const tableName = `contract-${tables++}`;
      const deployed = { orchestrator: code.codeDirectory, workerHost: code.codeDirectory, workers: [] };
      await ensureTable(client, describeDeployment(deployed, { tableName }).table);
      return {
        table: new DynamoDBTable({
          client,
          tableName,
          indexShards: 3,
          now: () => noon,
          ...options,
        }),
        put: async (item) => {
          await client.send(new PutItemCommand({ TableName: tableName, Item: item }));
        },
        get: async (executionId, item) => {
          const key = { executionId: { S: executionId }, item: { S: item } };
          return (await client.send(new GetItemCommand({ TableName: tableName, Key: key }))).Item;
        },
        close: async () => {},
      };
    }

    describeTable('the table', (indexShards, retentionDays) =>
      newTable({ indexShards, ...(retentionDays !== undefined && { retentionDays }) }),
    );

    describe('a write whose answer was lost, and which the SDK sends again', () => {
      async function tableBehindProxy() {
        const faults = answersToLose();
        const proxy = await startFaultProxy({ target: engine.endpoint, faults });
        const retrying = new DynamoDBClient({ ...connection, endpoint: proxy.endpoint, maxAttempts: 3 });
        const { table } = await newTable({ client: retrying });
        const close = async () => {
          retrying.destroy();
          await proxy.stop();
        };
        return { table, faults, close };
      }

      it('is a commit that was taken: it knows its own writing', async () => {
        const { table, faults, close } = await tableBehindProxy();
        faults.lose(1);
        expect(await table.executions.commit(execution())).toEqual({ type: 'committed' });
        faults.lose(2);
        expect(await table.executions.commit(next(execution()))).toEqual({ type: 'committed' });
        expect(faults.lost).toBe(3);
        await close();
      });

      it('is a conflict where someone else’s commit was there before', async () => {
        const { table, faults, close } = await tableBehindProxy();
        const theirs = next(execution(), { updatedAt: noon + 1 });
        await table.executions.commit(execution());
        await table.executions.commit(theirs);
        faults.lose(1);
        expect(await table.executions.commit(next(execution()))).toEqual({
          type: 'conflict',
          current: theirs,
        });
        await close();
      });

      it('is the same start, result and event', async () => {
        const { table, faults, close } = await tableBehindProxy();
        const started = { executionId: 'order-17', machine: 'order', input: { lines: [1] } };
        faults.lose(1);
        expect(await table.journal.insertStart(started)).toEqual({ type: 'same' });
        faults.lose(1);
        expect(await table.journal.insertResult(result(1))).toBe('exists');
        faults.lose(1);
        expect(await table.journal.insertEvent(event('a'))).toBe('exists');
        expect(await table.journal.readAll('order-17')).toHaveLength(3);
        await close();
      });
    });

    describe('time to live', () => {
      it('is set for journal items and segments, and for an execution at its end, a week later', async () => {
        const { table, get } = await newTable({ retentionDays: 90 });
        const inNinetyDays = { N: String(noon / 1000 + 90 * day) };
        await table.journal.insertStart({ executionId: 'order-17', machine: 'order' });
        await table.journal.insertEvent(event('a'));
        await table.journal.insertResult(result(1));
        await table.log.insertSegment('order-17', { number: 0, text: '=lx2k;s~0' });
        for (const item of ['start', 'event#a', 'task#1#1', 'log#0']) {
          expect((await get('order-17', item))?.expiresAt).toEqual(inNinetyDays);
        }
        await table.executions.commit(execution());
        expect(await get('order-17', 'execution')).not.toHaveProperty('expiresAt');
        await table.executions.commit(ended({ version: 2, updatedAt: noon + 5000 }));
        const afterTheRest = { N: String((noon + 5000) / 1000 + 97 * day) };
        expect((await get('order-17', 'execution'))?.expiresAt).toEqual(afterTheRest);
      });

      it('of a result is the one that its worker received, and there is none without a retention', async () => {
        const { table, get } = await newTable();
        await table.journal.insertResult(result(1), 1_800_000_000);
        await table.journal.insertResult(result(2));
        expect((await get('order-17', 'task#1#1'))?.expiresAt).toEqual({ N: '1800000000' });
        expect(await get('order-17', 'task#2#1')).not.toHaveProperty('expiresAt');
      });
    });

    describe('capacity units', () => {
      it('of every call are those that DynamoDB counts, index writes included', async () => {
        const units: Units[] = [];
        const { table } = await newTable({ onConsumedCapacity: (each) => units.push(each) });
        const consumed = async (call: Promise<unknown>) => {
          await call;
          const [writeUnits, readUnits] = units
            .splice(0)
            .reduce(([write, read], each) => [write + each.writeUnits, read + each.readUnits], [0, 0]);
          return { writeUnits, readUnits };
        };
        const running = execution({ wakeAt: noon + 30_000 });
        const last = ended({ version: 3 });
        expect(await consumed(table.journal.insertResult(result(1)))).toEqual({
          writeUnits: 1,
          readUnits: 0,
        });
        expect(await consumed(table.journal.insertResult(result(1)))).toEqual({
          writeUnits: 1,
          readUnits: 0,
        });
        // The item and its entry in the index.
        expect(await consumed(table.executions.commit(running))).toEqual({ writeUnits: 2, readUnits: 0 });
        // The wake did not move.
        expect(await consumed(table.executions.commit(next(running)))).toEqual({
          writeUnits: 1,
          readUnits: 0,
        });
        // It leaves one partition of the index for another.
        expect(await consumed(table.executions.commit(last))).toEqual({ writeUnits: 3, readUnits: 0 });
        expect(await consumed(table.executions.read('order-17'))).toEqual({ writeUnits: 0, readUnits: 1 });
        await table.journal.insertEvent(event('a'));
        units.splice(0);
        expect(await consumed(table.journal.readEvents('order-17'))).toEqual({ writeUnits: 0, readUnits: 1 });
      });
    });
  });
}

/** Lets a number of writes through whose answers the caller never sees. */
function answersToLose() {
  const counts = { throttle: 0, transactionConflict: 0, dropAfterWrite: 0, dropBeforeWrite: 0, delay: 0 };
  let toLose = 0;
  return {
    lose: (answers: number) => {
      toLose = answers;
    },
    get lost() {
      return counts.dropAfterWrite;
    },
    draw: (operation: string) => {
      const isLost = operation === 'PutItem' && toLose > 0;
      if (!isLost) return { delayMs: 0, rule: undefined, position: 0 };
      toLose -= 1;
      counts.dropAfterWrite += 1;
      return { delayMs: 0, rule: { fault: 'dropAfterWrite', probability: 1 } as const, position: 0 };
    },
    setEnabled: () => {},
    counts: () => counts,
  };
}
