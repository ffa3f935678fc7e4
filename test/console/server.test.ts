import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../client/index.ts';
import { type RunningConsole, startConsole } from '../../console/server/consoleServer.ts';
import { approval, claim, mailbox, quote } from '../client/machines.ts';
import { TestDeployment } from '../client/testDeployment.ts';
import { startTestTable, type TestTable } from '../client/testTable.ts';
import { ConsoleCalls } from './consoleCalls.ts';

const machines = [claim, mailbox, quote, approval];
let testTable: TestTable;
let deployment: TestDeployment;
let directory: string;
const open: RunningConsole[] = [];

interface Served {
  readonly calls: ConsoleCalls;
  readonly running: RunningConsole;
}

async function serve(options: Partial<Parameters<typeof startConsole>[0]> = {}): Promise<Served> {
  const running = await startConsole({
    client: deployment.client,
    tableName: testTable.tableName,
    machines: async () => machines,
    webDirectory: join(directory, 'web'),
    now: () => deployment.now,
    ...options,
  });
  open.push(running);
  const calls = new ConsoleCalls(running);
  await calls.enter(running.url);
  return { calls, running };
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-console-'));
  await mkdir(join(directory, 'web'));
  await writeFile(join(directory, 'web', 'index.html'), '<p>page</p>');
  await writeFile(join(directory, 'web', 'page.js'), '0;');
  await writeFile(join(directory, 'secret.js'), 'secret');
  testTable = await startTestTable();
  deployment = new TestDeployment(testTable, machines);
});
afterAll(async () => {
  for (const running of open) await running.close();
  await testTable.stop();
  await rm(directory, { recursive: true, force: true });
});

describe('the way in', () => {
  it('is the address with the token, once: then a cookie that no script reads and no other site sends', async () => {
    const { running } = await serve();
    const calls = new ConsoleCalls(running);
    expect((await calls.get('/')).status).toBe(401);
    expect((await calls.get('/api/info')).json).toMatchObject({ error: { code: 'TokenNeeded' } });
    const entered = await calls.enter(`${running.url}&at=3`);
    expect(entered.status).toBe(303);
    expect(entered.headers.location).toBe('/?at=3');
    expect(String(entered.headers['set-cookie'])).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect((await calls.get('/executions/x')).text).toBe('<p>page</p>');
    expect((await calls.get('/api/info')).status).toBe(200);
  });

  it('is not open to a wrong token, nor to the cookie of another run', async () => {
    const [first, second] = [await serve(), await serve()];
    const wrong = new ConsoleCalls(first.running);
    const answer = await wrong.raw(`/?token=${'x'.repeat(32)}`);
    expect(answer.status).toBe(401);
    expect(answer.headers['set-cookie']).toBeUndefined();
    const cookie = `millrace-console-${first.running.port}=${'x'.repeat(32)}`;
    expect((await wrong.raw('/api/info', { headers: { cookie } })).status).toBe(401);
    expect((await second.calls.get('/api/info')).status).toBe(200);
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1.evil.example'])(
    'is closed to the Host %j',
    async (host) => {
      const { calls } = await serve();
      expect(await calls.get('/api/info', { host })).toMatchObject({ status: 403 });
    },
  );

  it('never leads to another site', async () => {
    const { running, calls } = await serve();
    const token = new URL(running.url).searchParams.get('token');
    const { headers } = await calls.raw(`//evil.example/?token=${token}`);
    expect(String(headers.location ?? '/')).toMatch(/^\/(?!\/)/);
  });

  it('has a policy by which the page asks nothing of other sites, and runs no script in its text', async () => {
    const { calls } = await serve();
    for (const path of ['/', '/api/info', '/assets/page.js', '/nothing']) {
      const policy = String((await calls.get(path)).headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
    }
  });

  it('has the files of the page alone', async () => {
    const { calls } = await serve();
    expect((await calls.get('/assets/page.js')).text).toBe('0;');
    for (const path of [
      '/assets/../secret.js',
      '/assets/%2e%2e%2fsecret.js',
      '/assets/..%5csecret.js',
      '/assets/none.js',
    ]) {
      expect((await calls.get(path)).text).not.toBe('secret');
    }
  });
});

describe('a request that writes', () => {
  const body = { action: 'send', type: 'CLOSE' };
  const path = '/api/executions/mail/actions';

  it.each([
    ['from another site', { origin: 'https://evil.example' }],
    ['from another port of this computer', { origin: 'http://127.0.0.1:1' }],
    ['without the header', { 'x-millrace-console': undefined }],
    ['without an origin', { origin: undefined }],
    ['without the cookie', { cookie: '' }],
    ['as a form', { 'content-type': 'text/plain' }],
  ])('is refused %s', async (_, changed) => {
    const { running } = await serve();
    const calls = new ConsoleCalls(running);
    const { headers } = await calls.enter(running.url);
    const own: Record<string, string | undefined> = {
      cookie: String(headers['set-cookie']).split(';')[0],
      origin: `http://127.0.0.1:${running.port}`,
      'x-millrace-console': '1',
      'content-type': 'application/json',
      ...changed,
    };
    const sent = Object.fromEntries(
      Object.entries(own).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
    const answer = await calls.raw(path, { method: 'POST', headers: sent, body });
    expect([401, 403, 415]).toContain(answer.status);
    expect(await deployment.table.journal.readEvents('mail')).toEqual([]);
  });

  it('is refused in read-only mode, whatever it is, and before anything is written', async () => {
    const { calls } = await serve({ isReadOnly: true });
    const paths = [path, '/api/start', '/api/bulk', '/api/bulk/x/cancel'];
    for (const each of paths) {
      expect(await calls.post(each, body)).toMatchObject({
        status: 403,
        json: { error: { code: 'ReadOnly' } },
      });
    }
    expect(await deployment.table.journal.readEvents('mail')).toEqual([]);
    expect((await calls.get('/api/info')).json).toMatchObject({ isReadOnly: true });
  });

  it('is refused where its body is none, or too large', async () => {
    const { calls } = await serve();
    expect((await calls.post(path, [])).status).toBe(400);
    expect((await calls.post(path, { action: 'explode' })).status).toBe(400);
    expect((await calls.post(path, { action: 'send', type: 'x'.repeat(2_000_000) })).status).toBe(413);
  });
});

describe('the API', () => {
  it('lists executions of all machines, and counts them by status', async () => {
    const { client } = deployment;
    await client.start(claim, { executionId: 'list-1', input: { amount: 1 } });
    await client.start(mailbox, { executionId: 'list-2' });
    for (const id of ['list-1', 'list-2']) await deployment.orchestrate(id);
    await client.send('list-2', { type: 'CLOSE' });
    await deployment.orchestrate('list-2');
    const { calls } = await serve();
    const listed = await calls.get('/api/executions?prefix=list-&limit=1');
    expect(listed.json).toMatchObject({
      items: [{ executionId: 'list-1', status: 'RUNNING' }],
      cursor: expect.any(String),
    });
    const { cursor } = listed.json as { cursor: string };
    const next = await calls.get(`/api/executions?prefix=list-&limit=5&cursor=${cursor}`);
    expect(next.json).toMatchObject({ items: [{ executionId: 'list-2', status: 'SUCCEEDED' }] });
    expect((await calls.get('/api/executions?status=SUCCEEDED&machine=claim&prefix=list-')).json).toEqual({
      items: [],
    });
    expect((await calls.get('/api/counts?machine=mailbox')).json).toMatchObject({
      SUCCEEDED: { count: 1, isPartial: false },
      RUNNING: { count: 0, isPartial: false },
    });
  });

  it.each([
    ['/api/executions?status=NOPE', 400],
    ['/api/executions?limit=0', 400],
    ['/api/executions?since=yesterday', 400],
    ['/api/executions?cursor=%21', 400],
    ['/api/executions/nobody', 404],
    ['/api/executions/a%23b', 400],
    ['/api/executions/%E0%A4%A', 404],
    ['/api/machines/nobody', 404],
    ['/api/bulk/nobody', 404],
    ['/api/nothing', 404],
  ])('answers %s with %i and what to do', async (path, status) => {
    const { calls } = await serve();
    const answer = await calls.get(path);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({
      error: { code: expect.any(String), message: expect.stringMatching(/\.$/) },
    });
  });

  it('shows an execution with two reads, its history with transitions, and the state after each entry', async () => {
    const { client } = deployment;
    await client.start(claim, { executionId: 'seen', input: { amount: 9 } });
    await deployment.orchestrate('seen');
    await deployment.succeed('seen', 0, 'Ada');
    await client.send('seen', { type: 'APPROVE', by: 'Bo' });
    await deployment.orchestrate('seen');
    const { calls } = await serve();
    deployment.consumed.length = 0;
    const head = await calls.get('/api/executions/seen');
    expect(head.json).toMatchObject({ description: { status: 'SUCCEEDED', state: 'approved' } });
    const history = await calls.get('/api/executions/seen/history');
    expect(deployment.consumed).toHaveLength(2);
    expect(history.json).toMatchObject({
      total: 3,
      entries: [
        { number: 1, transition: { to: 'assessing' } },
        { number: 2, transition: { from: 'assessing', to: 'deciding' } },
        { number: 3, transition: { to: 'approved', ended: 'SUCCEEDED' } },
      ],
    });
    expect((await calls.get('/api/executions/seen/history?from=3')).json).toMatchObject({
      total: 3,
      entries: [{ number: 3 }],
    });
    expect((await calls.get('/api/executions/seen/at/2')).json).toMatchObject({
      state: 'deciding',
      context: { assessor: 'Ada' },
    });
    expect((await calls.get('/api/executions/seen/at/9')).json).toMatchObject({
      error: { code: 'HistoryEntryNotFound' },
    });
    expect((await calls.get('/api/executions/seen/version')).json).toMatchObject({ status: 'SUCCEEDED' });
    expect((await calls.get('/api/executions/seen/cost')).json).toMatchObject({
      writeUnits: expect.any(Number),
      taskSteps: 1,
      stateTransitions: 3,
    });
  });

  it('shows an execution whose machine is not at hand, and says what to do', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: 'foreign' });
    await deployment.orchestrate('foreign');
    const { calls } = await serve({ machines: async () => Promise.reject(new Error('Broken on line 3.')) });
    expect((await calls.get('/api/info')).json).toMatchObject({
      machinesProblem: 'Broken on line 3.',
      machines: expect.arrayContaining(['mailbox']),
    });
    const head = await calls.get('/api/executions/foreign');
    expect(head.json).toMatchObject({ chartProblem: expect.stringContaining('--machines') });
    expect((await calls.get('/api/executions/foreign/history')).json).toMatchObject({ total: 1 });
  });

  it('says what an action would do, and does it only without the dry run', async () => {
    const { client } = deployment;
    await client.start(mailbox, { executionId: 'acted' });
    await deployment.orchestrate('acted');
    const { calls } = await serve();
    const path = '/api/executions/acted/actions';
    const dry = await calls.post(path, { action: 'stop', isDryRun: true });
    expect(dry.json).toMatchObject({ says: expect.stringContaining('ABORTED') });
    expect(await deployment.table.journal.readEvents('acted')).toEqual([]);
    expect((await calls.post(path, { action: 'suspend' })).status).toBe(200);
    await deployment.orchestrate('acted');
    expect(await client.describe('acted')).toMatchObject({ status: 'SUSPENDED' });
    await calls.post(path, { action: 'resume' });
    await deployment.orchestrate('acted');
    await calls.post(path, { action: 'stop', cause: 'a test' });
    await deployment.orchestrate('acted');
    expect(await client.describe('acted')).toMatchObject({ status: 'ABORTED' });
    expect((await calls.post(path, { action: 'redrive', input: { a: 1 } })).json).toMatchObject({
      error: { code: 'InputPatchNotApplicable' },
    });
    await calls.post(path, { action: 'redrive' });
    await deployment.orchestrate('acted');
    await calls.post(path, { action: 'send', type: 'CLOSE', event: { by: '<b>' } });
    await deployment.orchestrate('acted');
    expect(await client.describe('acted')).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('completes and fails the tasks of an execution, and of no other', async () => {
    const { client } = deployment;
    for (const id of ['asked-1', 'asked-2']) {
      await client.start(approval, { executionId: id });
      await deployment.orchestrate(id);
    }
    const { calls } = await serve();
    const pending = (await calls.get('/api/pending')).json as {
      tasks: { executionId: string; token: string }[];
    };
    const token = pending.tasks.find(({ executionId }) => executionId === 'asked-1')?.token;
    const foreign = await calls.post('/api/executions/asked-2/actions', { action: 'completeTask', token });
    expect(foreign.status).toBe(400);
    expect(
      (await calls.post('/api/executions/asked-1/actions', { action: 'completeTask', token, output: 'yes' }))
        .status,
    ).toBe(200);
    const second = pending.tasks.find(({ executionId }) => executionId === 'asked-2')?.token;
    await calls.post('/api/executions/asked-2/actions', {
      action: 'failTask',
      token: second,
      name: 'Refused',
      retryable: false,
    });
    for (const id of ['asked-1', 'asked-2']) await deployment.orchestrate(id);
    expect(await client.describe('asked-1')).toMatchObject({ output: 'yes' });
    expect(await client.describe('asked-2')).toMatchObject({ output: 'Refused' });
  });

  it('starts executions, and does one thing to many: first as a dry run', async () => {
    const { calls } = await serve();
    const dry = await calls.post('/api/start', { machine: 'mailbox', executionId: 'bulk-0', isDryRun: true });
    expect(dry.json).toMatchObject({ says: expect.stringContaining('bulk-0') });
    await expect(deployment.client.describe('bulk-0')).rejects.toMatchObject({ code: 'ExecutionNotFound' });
    for (const id of ['bulk-1', 'bulk-2', 'other-1']) {
      expect((await calls.post('/api/start', { machine: 'mailbox', executionId: id })).json).toMatchObject({
        executionId: id,
      });
      await deployment.orchestrate(id);
    }
    const request = { control: 'stop', machine: 'mailbox', status: 'RUNNING', idPrefix: 'bulk-' };
    const done = async (body: object) => {
      const { id } = (await calls.post('/api/bulk', body)).json as { id: string };
      for (;;) {
        const progress = (await calls.get(`/api/bulk/${id}`)).json as { isDone: boolean };
        if (progress.isDone) return progress;
      }
    };
    expect(await done({ ...request, isDryRun: true })).toMatchObject({ outcomes: { listed: 2 } });
    expect(await deployment.table.journal.readEvents('bulk-1')).toEqual([]);
    expect(await done(request)).toMatchObject({ outcomes: { sent: 2 } });
    expect(await done({ ...request, control: 'resume' })).toMatchObject({
      error: expect.stringContaining('RUNNING'),
    });
    expect(await deployment.table.journal.readEvents('other-1')).toEqual([]);
  });

  it('shows a machine, its numbers and its source, and what the doctor finds', async () => {
    const { calls } = await serve();
    expect((await calls.get('/api/machines')).json).toContainEqual({ machine: 'claim', versions: ['4'] });
    const machine = await calls.get('/api/machines/claim');
    expect(machine.json).toMatchObject({ version: '4', source: { initial: 'assessing' } });
    const numbers = await calls.get('/api/machines/claim/numbers');
    expect(numbers.json).toMatchObject({
      states: expect.arrayContaining([expect.objectContaining({ state: 'assessing' })]),
    });
    expect((await calls.get('/api/doctor')).json).toMatchObject({ findings: expect.any(Array) });
    expect((await calls.get('/api/cost')).json).toMatchObject({ machines: expect.any(Array) });
  });

  it('says that the table is gone', async () => {
    const { dynamodb } = testTable;
    const client = createClient({ dynamodb, tableName: 'not-there' });
    const { calls } = await serve({ client });
    for (const path of ['/api/executions', '/api/executions/x', '/api/pending', '/api/doctor']) {
      expect(await calls.get(path)).toMatchObject({
        status: 503,
        json: { error: { code: 'TableNotFound' } },
      });
    }
  });
});
