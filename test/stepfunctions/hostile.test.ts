import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../orchestrator/core/data/json.ts';
import { isOperation, type OperationName, requestShapes } from '../../stepfunctions/requestShapes.ts';
import type { Members, Shape } from '../../stepfunctions/shapes.ts';
import { MemoryApi, passing, prefix, roleArn } from './memoryApi.ts';

const orders = `${prefix}:stateMachine:orders`;

/** Texts that a member might hold by mistake, beside those that are right somewhere. */
const texts = fc.oneof(
  fc.constantFrom(
    orders,
    `${orders}:1`,
    `${orders}:live`,
    `${orders}:1:2`,
    `${orders}/Map`,
    `${prefix}:stateMachine:`,
    `${prefix}:stateMachine:__proto__`,
    `${prefix}:execution:orders:taken`,
    `${prefix}:execution:orders`,
    `${prefix}:execution:orders:constructor`,
    `${prefix}:execution:orders:a#b`,
    `${prefix}:execution:orders/Map:a`,
    `${prefix}:express:orders:a:b`,
    `${prefix}:express:orders:a`,
    `${prefix}:activity:work`,
    `${prefix}:activity:a#b`,
    `${prefix}:mapRun:orders/Map:1`,
    `${prefix}:mapRun:orders:1`,
    `${prefix}:other:a`,
    'arn:aws:states:::a',
    'arn:aws:lambda:us-east-1:1:function:f',
    roleArn,
    'orders:taken#0#1',
    'orders:taken#99999999999#1',
    '\ud800#0#1',
    'STANDARD',
    'EXPRESS',
    'RUNNING',
    'DEBUG',
    passing(1),
    '{"Type":"Pass","End":true}',
    '{"Type":"Task","Resource":"arn:aws:states:::x","End":true}',
    '{"a":1e999}',
    '{"a":12345678901234567890}',
    '{"__proto__":{"a":1}}',
    '['.repeat(5000),
    `${'['.repeat(900)}${']'.repeat(900)}`,
    '"\\ud800"',
    'null',
    '',
    ' ',
    'a'.repeat(300),
    'x'.repeat(300_000),
    '\u0000',
    '\ud800',
    '💥'.repeat(80),
  ),
  fc.string({ maxLength: 20, unit: 'binary' }),
);
const anything: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, -1, 0, 1, 1.5, 1e21, 1001, [], {}, [null], { a: [1] }),
  texts,
);

function memberOf(shape: Shape): fc.Arbitrary<Json> {
  const fitting = (): fc.Arbitrary<Json> => {
    switch (shape.type) {
      case 'string':
        return shape.values ? fc.constantFrom<Json>(...shape.values) : texts;
      case 'integer':
      case 'float':
        return fc.integer({ min: -2, max: 1100 });
      case 'boolean':
        return fc.boolean();
      case 'list':
        return fc.array(memberOf(shape.of), { maxLength: 3 });
      case 'structure':
        return bodyOf(shape.members);
    }
  };
  return fc.oneof({ weight: 8, arbitrary: fitting() }, { weight: 1, arbitrary: anything });
}

function bodyOf(members: Members): fc.Arbitrary<JsonObject> {
  const values = Object.fromEntries(Object.entries(members).map(([name, shape]) => [name, memberOf(shape)]));
  return fc.record({ ...values, unknown: anything }, { requiredKeys: [] });
}

const operations = Object.keys(requestShapes).filter(isOperation);
/** It waits for a task, in a time that nothing lets pass here. */
const waits: readonly OperationName[] = ['GetActivityTask', 'StartSyncExecution'];

describe('a caller that sends anything', () => {
  it.each(operations.filter((each) => !waits.includes(each)))(
    'gets an answer or an error of the API from %s',
    async (operation) => {
      const api = new MemoryApi([{ id: 'code', version: '1' }]);
      const create = async () => {
        await api.call('CreateStateMachine', {
          name: 'orders',
          definition: passing(1),
          roleArn,
          publish: true,
        });
        const routingConfiguration = [{ stateMachineVersionArn: `${orders}:1`, weight: 100 }];
        await api.call('CreateStateMachineAlias', { name: 'live', routingConfiguration });
        await api.call('StartExecution', { stateMachineArn: orders, name: 'taken' });
        await api.call('CreateActivity', { name: 'work' });
      };
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(
            { weight: 9, arbitrary: bodyOf(requestShapes[operation]) },
            { weight: 1, arbitrary: anything },
          ),
          async (body) => {
            await create();
            const [status, answer] = await api.call(operation, body);
            expect([200, 400]).toContain(status);
            expect(JSON.parse(JSON.stringify(answer))).toBeDefined();
            if (status === 400) {
              expect(answer.__type).toMatch(/^[A-Z][A-Za-z]+$/);
              expect(answer.message).toBeTypeOf('string');
            }
          },
        ),
        { numRuns: 60 },
      );
    },
  );
});
