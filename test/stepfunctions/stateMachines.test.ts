import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../orchestrator/core/data/json.ts';
import { MemoryApi, passing, prefix, roleArn } from './memoryApi.ts';

const orders = `${prefix}:stateMachine:orders`;
const definition = passing({ ok: true });

describe('state machines', () => {
  let api: MemoryApi;
  beforeEach(() => {
    api = new MemoryApi([
      { id: 'code', version: '3' },
      { id: 'file', version: '1', definition: passing(1) },
    ]);
  });

  const create = (more: JsonObject = {}) =>
    api.made('CreateStateMachine', { name: 'orders', definition, roleArn, ...more });

  it('creates the same again, with other tags and another role, as the one that there is', async () => {
    const first = await create({ tags: [{ key: 'a', value: '1' }] });
    api.now += 5000;
    const role = 'arn:aws:iam::111111111111:role/another';
    expect(await create({ roleArn: role, tags: [{ key: 'b', value: '2' }] })).toEqual(first);
    const { tags } = await api.made('ListTagsForResource', { resourceArn: orders });
    expect(tags).toEqual([{ key: 'a', value: '1' }]);
    expect(await api.made('DescribeStateMachine', { stateMachineArn: orders })).toMatchObject({ roleArn });
  });

  it('has a definition as the text that was given', async () => {
    const spaced = definition.replaceAll(':', ' :  ');
    await create({ definition: spaced });
    expect(await api.made('DescribeStateMachine', { stateMachineArn: orders })).toMatchObject({
      definition: spaced,
      name: 'orders',
      status: 'ACTIVE',
      type: 'STANDARD',
      loggingConfiguration: { level: 'OFF', includeExecutionData: false },
      tracingConfiguration: { enabled: false },
      creationDate: api.now / 1000,
    });
    const metadata = { stateMachineArn: orders, includedData: 'METADATA_ONLY' };
    expect(await api.made('DescribeStateMachine', metadata)).not.toHaveProperty('definition');
  });

  it('says where a definition is invalid, and what is wrong with it', async () => {
    const broken = { name: 'a', definition: '{"StartAt":"A","States":{"A":{"Type":"Pass"}}}', roleArn };
    expect(await api.refused('CreateStateMachine', broken)).toMatch(
      /^InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: .* at \/States\/A/,
    );
    const noJson = { name: 'a', definition: 'x', roleArn };
    expect(await api.refused('CreateStateMachine', noJson)).toMatch(/'INVALID_JSON_DESCRIPTION: /);
    const resource = 'arn:aws:states:::sqs:sendMessage.waitForTaskToken';
    const state = {
      Type: 'Task',
      Resource: resource,
      Parameters: { QueueUrl: 'q', 'MessageBody.$': '$$.Task.Token' },
      End: true,
    };
    const text = JSON.stringify({ StartAt: 'X', States: { X: state } });
    expect(
      await api.refused('CreateStateMachine', { name: 'a', definition: text, roleArn, type: 'EXPRESS' }),
    ).toContain("Express state machine does not support '.waitForTaskToken' service integration");
  });

  it('keeps what an update leaves out, and gives the revision an id', async () => {
    await create({ loggingConfiguration: { level: 'ALL' } });
    expect(await api.made('DescribeStateMachine', { stateMachineArn: orders })).not.toHaveProperty(
      'revisionId',
    );
    api.now += 1000;
    const { updateDate, revisionId } = await api.made('UpdateStateMachine', {
      stateMachineArn: orders,
      tracingConfiguration: { enabled: true },
    });
    expect(updateDate).toBe(api.now / 1000);
    expect(await api.made('DescribeStateMachine', { stateMachineArn: orders })).toMatchObject({
      revisionId,
      definition,
      loggingConfiguration: { level: 'ALL' },
      tracingConfiguration: { enabled: true },
    });
  });

  it('publishes versions that never change, and whose numbers are not used again', async () => {
    expect(await create({ publish: true, versionDescription: 'first' })).toMatchObject({
      stateMachineVersionArn: `${orders}:1`,
    });
    const update = (result: number) =>
      api.made('UpdateStateMachine', { stateMachineArn: orders, definition: passing(result), publish: true });
    expect(await update(2)).toMatchObject({ stateMachineVersionArn: `${orders}:2` });
    const again = await api.made('PublishStateMachineVersion', { stateMachineArn: orders });
    expect(again).toMatchObject({ stateMachineVersionArn: `${orders}:2` });
    await api.made('DeleteStateMachineVersion', { stateMachineVersionArn: `${orders}:2` });
    expect(await update(3)).toMatchObject({ stateMachineVersionArn: `${orders}:3` });
    expect(await api.made('DescribeStateMachine', { stateMachineArn: `${orders}:1` })).toMatchObject({
      stateMachineArn: `${orders}:1`,
      definition,
      description: 'first',
    });
    const { stateMachineVersions } = await api.made('ListStateMachineVersions', { stateMachineArn: orders });
    expect(stateMachineVersions).toMatchObject([
      { stateMachineVersionArn: `${orders}:3` },
      { stateMachineVersionArn: `${orders}:1` },
    ]);
  });

  it('lists versions newest first by number, page by page', async () => {
    await create({ publish: true });
    for (let number = 2; number <= 12; number++) {
      await api.made('UpdateStateMachine', {
        stateMachineArn: orders,
        definition: passing(number),
        publish: true,
      });
    }
    const arns = await pages(api, 'ListStateMachineVersions', 'stateMachineVersions', {
      stateMachineArn: orders,
      maxResults: 5,
    });
    expect(arns.map(({ stateMachineVersionArn }) => stateMachineVersionArn)).toEqual(
      Array.from({ length: 12 }, (_, i) => `${orders}:${12 - i}`),
    );
  });

  it('lists machines of the deployment and those that were created, and describes both', async () => {
    for (const name of ['b', 'a', 'c']) await api.made('CreateStateMachine', { name, definition, roleArn });
    const names = (await pages(api, 'ListStateMachines', 'stateMachines', { maxResults: 2 })).map(
      ({ name }) => name,
    );
    expect(names).toEqual(['code', 'file', 'a', 'b', 'c']);
    const file = { stateMachineArn: `${prefix}:stateMachine:file` };
    expect(await api.made('DescribeStateMachine', file)).toMatchObject({ definition: passing(1) });
    const code = { stateMachineArn: `${prefix}:stateMachine:code` };
    expect(String((await api.made('DescribeStateMachine', code)).definition)).toContain('is code');
    expect(await api.refused('UpdateStateMachine', { ...code, roleArn })).toContain(
      'is code of the deployment',
    );
    expect(await api.refused('DeleteStateMachine', code)).toContain('is code of the deployment');
  });

  it('refuses the token of another list, of another size of request, and one that is a day old', async () => {
    for (const name of ['a', 'b', 'c']) {
      await api.made('CreateStateMachine', { name, definition, roleArn });
      await api.made('CreateActivity', { name });
    }
    const { nextToken = null } = await api.made('ListActivities', { maxResults: 1 });
    const expired = "InvalidToken: Invalid Token: 'Invalid token'";
    expect(await api.made('ListActivities', { maxResults: 5, nextToken })).toMatchObject({
      activities: [{ name: 'b' }, { name: 'c' }],
    });
    expect(await api.refused('ListStateMachines', { nextToken })).toBe(expired);
    expect(await api.refused('ListActivities', { nextToken: `${nextToken}x` })).toBe(expired);
    api.now += 24 * 60 * 60 * 1000 + 1;
    expect(await api.refused('ListActivities', { nextToken })).toBe(expired);
  });

  it('deletes a state machine with its versions and aliases, whose name may be used again', async () => {
    await create({ publish: true });
    const routingConfiguration = [{ stateMachineVersionArn: `${orders}:1`, weight: 100 }];
    await api.made('CreateStateMachineAlias', { name: 'live', routingConfiguration });
    await api.made('DeleteStateMachine', { stateMachineArn: orders });
    await api.made('DeleteStateMachine', { stateMachineArn: orders });
    expect(await api.refused('DescribeStateMachine', { stateMachineArn: orders })).toContain(
      'Does Not Exist',
    );
    await create({ definition: passing('new') });
    expect(await api.made('ListStateMachineVersions', { stateMachineArn: orders })).toEqual({
      stateMachineVersions: [],
    });
    expect(await api.made('ListStateMachineAliases', { stateMachineArn: orders })).toEqual({
      stateMachineAliases: [],
    });
  });

  it('changes tags, at most 50 of them', async () => {
    await create();
    await api.made('TagResource', {
      resourceArn: orders,
      tags: [
        { key: 'a', value: '1' },
        { key: '__proto__', value: '2' },
      ],
    });
    await api.made('TagResource', { resourceArn: orders, tags: [{ key: 'a', value: '3' }] });
    await api.made('UntagResource', { resourceArn: orders, tagKeys: ['none'] });
    expect(await api.made('ListTagsForResource', { resourceArn: orders })).toEqual({
      tags: expect.arrayContaining([{ key: 'a', value: '3' }]),
    });
    await api.made('UntagResource', { resourceArn: orders, tagKeys: ['a', '__proto__'] });
    expect(await api.made('ListTagsForResource', { resourceArn: orders })).toEqual({ tags: [] });
  });
});

describe('aliases', () => {
  it('divide executions between two versions by their weights, the same name always the same', async () => {
    const api = new MemoryApi();
    await api.made('CreateStateMachine', { name: 'orders', definition, roleArn, publish: true });
    await api.made('UpdateStateMachine', { stateMachineArn: orders, definition: passing(2), publish: true });
    const routingConfiguration = [
      { stateMachineVersionArn: `${orders}:1`, weight: 30 },
      { stateMachineVersionArn: `${orders}:2`, weight: 70 },
    ];
    const alias = { name: 'live', routingConfiguration };
    const created = await api.made('CreateStateMachineAlias', alias);
    expect(await api.made('CreateStateMachineAlias', alias)).toEqual(created);
    const counts = new Map<unknown, number>();
    for (let i = 0; i < 400; i++) {
      const start = { stateMachineArn: `${orders}:live`, name: `n${i}` };
      const { executionArn = null } = await api.made('StartExecution', start);
      expect(await api.made('StartExecution', start)).toMatchObject({ executionArn });
      const { stateMachineVersionArn, stateMachineAliasArn } = await api.made('DescribeExecution', {
        executionArn,
      });
      expect(stateMachineAliasArn).toBe(`${orders}:live`);
      counts.set(stateMachineVersionArn, (counts.get(stateMachineVersionArn) ?? 0) + 1);
    }
    expect(counts.get(`${orders}:1`)).toBeGreaterThan(80);
    expect(counts.get(`${orders}:1`)).toBeLessThan(160);
    expect([...counts.keys()].sort()).toEqual([`${orders}:1`, `${orders}:2`]);
    expect(
      await api.made('DescribeStateMachineAlias', { stateMachineAliasArn: `${orders}:live` }),
    ).toMatchObject({
      name: 'live',
      routingConfiguration,
    });
    const ofVersion = { stateMachineArn: `${orders}:2` };
    expect(await api.made('ListStateMachineAliases', ofVersion)).toMatchObject({
      stateMachineAliases: [{ stateMachineAliasArn: `${orders}:live` }],
    });
  });
});

describe('starts', () => {
  it('are repeated while the execution runs, with the same input in any form, whatever the state machine is now', async () => {
    const api = new MemoryApi();
    await api.made('CreateStateMachine', { name: 'orders', definition, roleArn });
    const start = { stateMachineArn: orders, name: 'a', input: '{"x":1,"y":[2]}' };
    const { executionArn } = await api.made('StartExecution', start);
    await api.made('UpdateStateMachine', { stateMachineArn: orders, definition: passing('other') });
    expect(await api.made('StartExecution', { ...start, input: '{ "y": [2], "x": 1.0 }' })).toMatchObject({
      executionArn,
    });
    expect(await api.refused('StartExecution', { ...start, input: '{"x":1}' })).toBe(
      `ExecutionAlreadyExists: Execution Already Exists: '${executionArn}'`,
    );
  });

  it('have the definition that they run by, be it code that is not deployed any more', async () => {
    const api = new MemoryApi([{ id: 'file', version: '2', definition: passing(2) }]);
    await api.table.journal.insertStart({ executionId: 'old', machine: 'file', version: '1' });
    await api.table.journal.insertStart({ executionId: 'new', machine: 'file', version: '2' });
    await api.table.journal.insertStart({ executionId: 'gone', machine: 'gone' });
    const definitionOf = async (machine: string, name: string) => {
      const executionArn = `${prefix}:execution:${machine}:${name}`;
      return String((await api.made('DescribeStateMachineForExecution', { executionArn })).definition);
    };
    expect(await definitionOf('file', 'new')).toBe(passing(2));
    expect(await definitionOf('file', 'old')).toContain("'file', version 1, is code");
    expect(await definitionOf('gone', 'gone')).toContain('is code');
  });

  it('of an Express workflow are executions of their own, whatever their name', async () => {
    const api = new MemoryApi();
    await api.made('CreateStateMachine', { name: 'quick', definition, roleArn, type: 'EXPRESS' });
    const start = { stateMachineArn: `${prefix}:stateMachine:quick`, name: 'a' };
    const { executionArn: first } = await api.made('StartExecution', start);
    const { executionArn: second } = await api.made('StartExecution', start);
    expect(first).toMatch(/:express:quick:a:.+/);
    expect(second).not.toBe(first);
  });

  it('of the same name are executions of their own in two state machines', async () => {
    const api = new MemoryApi();
    for (const name of ['a', 'b', 'a.b']) await api.made('CreateStateMachine', { name, definition, roleArn });
    const arns = [];
    for (const name of ['a', 'b', 'a.b']) {
      const start = { stateMachineArn: `${prefix}:stateMachine:${name}`, name: 'b.c-d', input: `"${name}"` };
      arns.push((await api.made('StartExecution', start)).executionArn);
    }
    expect(arns).toEqual([
      `${prefix}:execution:a:b.c-d`,
      `${prefix}:execution:b:b.c-d`,
      `${prefix}:execution:a.b:b.c-d`,
    ]);
    for (const [index, executionArn = null] of arns.entries()) {
      expect(await api.made('DescribeExecution', { executionArn })).toMatchObject({
        name: 'b.c-d',
        input: `"${['a', 'b', 'a.b'][index]}"`,
      });
    }
  });
});

/** The items of all pages. */
async function pages(
  api: MemoryApi,
  operation: string,
  member: string,
  request: JsonObject,
): Promise<JsonObject[]> {
  const items: JsonObject[] = [];
  for (let nextToken: unknown; ; ) {
    const token = typeof nextToken === 'string' ? { nextToken } : {};
    const answer = await api.made(operation, { ...request, ...token });
    const page = answer[member];
    if (!Array.isArray(page)) throw new Error(`${operation} answers no ${member}.`);
    expect(page.length).toBeLessThanOrEqual(Number(request.maxResults));
    items.push(...page);
    ({ nextToken } = answer);
    if (nextToken === undefined) return items;
  }
}
