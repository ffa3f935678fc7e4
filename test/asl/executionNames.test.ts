import fc from 'fast-check';
import { expect, it } from 'vitest';
import { executionIdOf, executionNameOf } from '../../asl/executionNames.ts';
import { executionIdProblem } from '../../orchestrator/table/executionId.ts';

/** Names as Step Functions takes them: no colon and no `~`, up to 80 characters. */
const name = fc.stringMatching(/^[A-Za-z0-9._@=+()!'-]{1,80}$/);

it('the id of a name is a possible id, and gives the name again', () => {
  fc.assert(
    fc.property(
      name,
      name,
      fc.option(fc.uuid(), { nil: undefined }),
      fc.boolean(),
      (machine, given, run, isSync) => {
        const executionName = {
          name: given,
          ...(run !== undefined && { run }),
          ...(run !== undefined && isSync && { isSync }),
        };
        const id = executionIdOf(machine, executionName);
        expect(executionIdProblem(id)).toBeUndefined();
        expect(executionNameOf(machine, id)).toEqual(executionName);
      },
    ),
  );
});

it('an id of another making is its own name', () => {
  for (const id of ['order-17', 'other:order-17', 'orders', 'order-17.3']) {
    expect(executionNameOf('orders', id)).toEqual({ name: id });
  }
});

it('names of two state machines have different ids', () => {
  expect(executionIdOf('a', { name: 'b.c' })).not.toBe(executionIdOf('a.b', { name: 'c' }));
});
