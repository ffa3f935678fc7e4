import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DynamoDBClient, GetItemCommand, ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import initSqlJs from 'sql.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureTable } from '../../../local/dynamodb/createTable.ts';
import { prepareDataFile } from '../../../local/dynamodb/dataFile.ts';
import { type EngineOptions, type LocalDynamoDB, startEngine } from '../../../local/dynamodb/engine.ts';
import { findEngine } from '../../../local/dynamodb/findEngine.ts';
import type { ProcessExit } from '../../../local/dynamodb/guardedProcess.ts';
import { describedTable } from './describedTable.ts';

let directory: string;
const cleanUps: (() => Promise<void>)[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-engine-'));
});

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  await rm(directory, { recursive: true, force: true });
});

async function start(
  options: EngineOptions = {},
): Promise<{ engine: LocalDynamoDB; client: DynamoDBClient }> {
  const engine = await startEngine(options);
  const client = new DynamoDBClient({
    endpoint: engine.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  cleanUps.push(async () => {
    client.destroy();
    await engine.stop();
  });
  return { engine, client };
}

/** An engine of the test's own making. */
async function script(text: string): Promise<NonNullable<EngineOptions['engine']>> {
  const path = join(directory, 'dynoxide');
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return { kind: 'binary', path };
}

function realEngine(): string {
  const engine = findEngine();
  if (engine.kind !== 'binary') throw new Error('These tests need the engine as a binary.');
  return engine.path;
}

const key = { executionId: { S: 'order-1' }, item: { S: 'start' } };

describe('The local DynamoDB', () => {
  it('answers at the port that it is given, again after a restart', async () => {
    const { engine } = await start();
    const port = Number(new URL(engine.endpoint).port);
    await engine.stop();
    for (const _ of ['first', 'second']) {
      const chosen = await start({ port });
      expect(chosen.engine.endpoint).toBe(`http://127.0.0.1:${port}`);
      await chosen.client.send(new ListTablesCommand({}));
      await chosen.engine.stop();
    }
  });

  it('does not take another engine at its port for its own', async () => {
    const { engine } = await start();
    const port = Number(new URL(engine.endpoint).port);
    await expect(start({ port })).rejects.toMatchObject({
      code: 'EngineStartFailed',
      message: `Something listens on port ${port} of 127.0.0.1: choose another port for DynamoDB.`,
    });
  });

  it('answers the SDK when it has started, and does not after it was stopped', async () => {
    const { engine, client } = await start();
    expect((await client.send(new ListTablesCommand())).TableNames).toEqual([]);
    await engine.stop();
    await expect(client.send(new ListTablesCommand())).rejects.toThrow(/ECONNREFUSED|socket hang up/);
  });

  it('deletes the data that no one asked to keep', async () => {
    const { engine } = await start();
    const folder = dirname(engine.dataFile ?? '');
    expect(existsSync(folder)).toBe(true);
    await engine.stop();
    expect(existsSync(folder)).toBe(false);
  });

  it('keeps tables and stream in a data file, over restarts', async () => {
    const dataFile = join(directory, 'new', 'data.sqlite');
    const first = await start({ dataFile });
    const { streamArn } = await ensureTable(first.client, describedTable);
    await first.client.send(new PutItemCommand({ TableName: describedTable.tableName, Item: key }));
    await first.engine.stop();

    const second = await start({ dataFile });
    const { Item } = await second.client.send(
      new GetItemCommand({ TableName: describedTable.tableName, Key: key }),
    );
    expect(Item).toEqual(key);
    expect(await ensureTable(second.client, describedTable)).toEqual({ streamArn });
    await second.engine.stop();
    expect(existsSync(dataFile)).toBe(true);
  });

  it('leaves a data file that exists as it is', async () => {
    const dataFile = join(directory, 'mine.sqlite');
    await writeFile(dataFile, 'mine');
    const { mtimeMs } = await stat(dataFile);
    await prepareDataFile(dataFile);
    expect(await readFile(dataFile, 'utf8')).toBe('mine');
    expect((await stat(dataFile)).mtimeMs).toBe(mtimeMs);
  });

  it('finds what it asks of the stream in an index, so that it stays as quick as the stream grows', async () => {
    const { path } = await prepareDataFile(join(directory, 'data.sqlite'));
    const sqlite = await initSqlJs();
    const database = new sqlite.Database(await readFile(path));
    const plan = (statement: string): string =>
      String(database.exec(`EXPLAIN QUERY PLAN ${statement}`)[0]?.values.map((row) => row.at(-1)));
    const position = 'CAST(sequence_number AS INTEGER)';
    const next = `SELECT COALESCE(MAX(${position}), 0) + 1 FROM _stream_records WHERE table_name = 'x'`;
    const read = `SELECT event_name, new_image FROM _stream_records WHERE table_name = 'x' AND shard_id = 'y'
      AND ${position} > 1 ORDER BY ${position} ASC LIMIT 100`;
    const range = `SELECT MIN(sequence_number), MAX(sequence_number) FROM _stream_records
      WHERE table_name = 'x' AND shard_id = 'y'`;
    expect(plan(next)).toMatch(/^SEARCH _stream_records USING (COVERING )?INDEX \S+ \(table_name=\?\)$/);
    expect(plan(read)).toMatch(/^SEARCH _stream_records USING INDEX \S+ \(table_name=\? AND <expr>>\?\)$/);
    expect(plan(range)).toMatch(/^SEARCH _stream_records USING COVERING INDEX /);
    database.close();
  });

  it('is the one that the environment names, which is not stopped from here', async () => {
    const { engine } = await start();
    const log: string[] = [];
    const variable = 'MILLRACE_DYNAMODB_ENDPOINT';
    const { engine: other, client } = await start({
      engine: { kind: 'endpoint', endpoint: engine.endpoint, variable },
      dataFile: 'data.sqlite',
      log: (line) => log.push(line),
    });
    await other.stop();
    expect((await client.send(new ListTablesCommand())).TableNames).toEqual([]);
    expect(other.dataFile).toBeUndefined();
    expect(log.join('\n')).toMatch(/MILLRACE_DYNAMODB_ENDPOINT.*data.sqlite is not used/s);
  });
});

describe('When the engine', () => {
  it('ends though no one stopped it, that is reported', async () => {
    const pidFile = join(directory, 'pid');
    const engine = await script(`echo $$ > '${pidFile}'\nexec '${realEngine()}' "$@"`);
    const ended = new Promise<ProcessExit>((resolve) => {
      start({ engine, onExit: resolve }).then(async () => {
        process.kill(Number(await readFile(pidFile, 'utf8')), 'SIGKILL');
      });
    });
    expect(await ended).toEqual({ code: 128 + 9, signal: null });
  });

  it('is stopped, that is not reported', async () => {
    const exits: ProcessExit[] = [];
    const { engine } = await start({ onExit: (exit) => exits.push(exit) });
    await engine.stop();
    expect(exits).toEqual([]);
  });

  it('does not start, the error says what it printed', async () => {
    const engine = await script('echo "the disk is full" >&2; exit 3');
    await expect(start({ engine })).rejects.toMatchObject({
      code: 'EngineStartFailed',
      message: expect.stringMatching(/ended with code 3 before it answered\.\nthe disk is full/),
    });
  });

  it('is not a program, the error says so', async () => {
    const engine = { kind: 'binary', path: join(directory, 'missing') } as const;
    await expect(start({ engine })).rejects.toMatchObject({ code: 'EngineStartFailed' });
  });

  it('finds its port taken meanwhile, another one is tried', async () => {
    const tried = join(directory, 'tried');
    const engine = await script(
      `[ -e '${tried}' ] || { touch '${tried}'; echo "error: port 1 is already in use" >&2; exit 1; }\n` +
        `exec '${realEngine()}' "$@"`,
    );
    const { client } = await start({ engine });
    expect((await client.send(new ListTablesCommand())).TableNames).toEqual([]);
  });
});
