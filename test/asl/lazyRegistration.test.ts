import { describe, expect, it } from 'vitest';
import { machineOf } from '../../asl/index.ts';
import type { Json } from '../../asl/json.ts';
import { registeredMachines } from '../../orchestrator/core/execution/model/registeredMachines.ts';
import { lazyMachine, prepareListMachines } from '../../orchestrator/core/machine/index.ts';

const task = { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:1:function:f', End: true };
const each = { Type: 'Map', ItemProcessor: { StartAt: 'T', States: { T: task } }, End: true };

/** A module of a definition, and how often it was compiled. */
function counted(id: string, state: Json, version = '1') {
  const compiled = { times: 0 };
  const create = () => {
    compiled.times++;
    return machineOf({ StartAt: 'A', States: { A: state } }, { id, version });
  };
  return { module: { default: lazyMachine(id, version, create) }, compiled };
}

describe('the machines of definitions', () => {
  it('are known by name, and compiled when an execution first needs them, once', () => {
    const orders = counted('orders', task);
    const large = counted('large', task);
    const { lookup, prepared } = registeredMachines([orders.module, large.module], false);
    expect(prepared).toEqual([]);
    expect(lookup.ids()).toEqual(['large', 'orders']);
    expect(lookup.versionsOf('large')).toEqual(['1']);
    expect(lookup.find('orders', undefined)?.id).toBe('orders');
    expect(lookup.find('orders', '1')).toBe(lookup.find('orders', undefined));
    expect(lookup.find('orders', '2')).toBeUndefined();
    expect(lookup.find('ordersAndMore', undefined)).toBeUndefined();
    expect([orders.compiled.times, large.compiled.times]).toEqual([1, 0]);
  });

  it('bring the machines that they start', () => {
    const { module, compiled } = counted('lists', each);
    const { prepared } = registeredMachines([module], true);
    const family = prepared.flatMap((machine) => [machine, ...prepareListMachines(machine)]);
    const { lookup } = registeredMachines([counted('lists', each).module], false);
    for (const { id, version } of family) expect(lookup.find(id, version)?.id).toBe(id);
    expect(compiled.times).toBe(1);
  });

  it('are all compiled where code is loaded to be checked', () => {
    const orders = counted('orders', task);
    const { prepared } = registeredMachines([orders.module], true);
    expect(prepared.map(({ id }) => id)).toContain('orders');
  });

  it('that cannot be made are named, and harm no other', () => {
    const broken = {
      default: lazyMachine('broken', '1', () => {
        throw new TypeError('it is broken');
      }),
    };
    const { lookup } = registeredMachines([broken, counted('orders', task).module], false);
    expect(lookup.find('orders', undefined)?.id).toBe('orders');
    expect(() => lookup.find('broken', undefined)).toThrow(/'broken'.*it is broken/s);
  });

  it('are refused where two have a name', () => {
    const modules = [counted('orders', task).module, counted('orders', each).module];
    expect(() => registeredMachines(modules, false)).toThrow(/'orders' is registered twice/);
  });
});
