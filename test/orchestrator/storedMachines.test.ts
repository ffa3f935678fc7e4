import { describe, expect, it } from 'vitest';
import { definedMachine } from '../../asl/deployedMachine.ts';
import { machineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { prepareMachines } from '../../orchestrator/core/machine/index.ts';
import { storedDefinition, writeDefinition } from '../../orchestrator/definitions/storedDefinition.ts';
import { StoredMachines } from '../../orchestrator/definitions/storedMachines.ts';
import type { RegistryKey } from '../../orchestrator/table/registryItem.ts';
import { MemoryTable } from '../../testing/memoryTable/memoryTable.ts';

const code = { id: 'code', version: '2', initial: 'a', states: { a: {} } };

class Rig {
  readonly reads: string[] = [];
  readonly #registry = new MemoryTable().registry;
  readonly registry = {
    read: (key: RegistryKey) => {
      this.reads.push(`${key.kind} ${key.name}`);
      return this.#registry.read(key);
    },
  };
  compiled = 0;
  readonly machines = new StoredMachines(machineLookup(prepareMachines([code])), async () => (definition) => {
    this.compiled++;
    return definedMachine(definition);
  });
  #writes = 0;

  /** Answers its version. */
  async define(machine: string, result: string, isCurrent = true): Promise<string> {
    const states = { A: { Type: 'Pass', Result: result, End: true } };
    const definition = JSON.stringify({ StartAt: 'A', States: states });
    const stored = storedDefinition({
      machine,
      definition,
      type: 'STANDARD',
      roleArn: '',
      arn: 'arn:aws:states:us-east-1:1',
    });
    await writeDefinition(this.#registry, stored);
    if (isCurrent) {
      const content = { definitionVersion: stored.version };
      await this.#registry.write({ kind: 'machine', name: machine, version: ++this.#writes, content });
    }
    return stored.version;
  }

  load(machine: string, version?: string) {
    return this.machines.load(this.registry, machine, version);
  }
}

describe('machines whose definitions are in the table', () => {
  it('cost a deployed machine no read', async () => {
    const rig = new Rig();
    await rig.load('code');
    await rig.load('code', '2');
    await rig.load('code.list', '2');
    expect(rig.reads).toEqual([]);
    expect(rig.machines.find('code', undefined)?.version).toBe('2');
  });

  it('are read and compiled once for each version', async () => {
    const rig = new Rig();
    const version = await rig.define('orders', 'first');
    expect(rig.machines.find('orders', version)).toBeUndefined();
    for (let i = 0; i < 3; i++) {
      await rig.load('orders', version);
      expect(rig.machines.find('orders', version)).toMatchObject({ id: 'orders', version });
    }
    expect(rig.reads).toEqual([`definition orders#${version}`]);
    expect(rig.compiled).toBe(1);
  });

  it('are those of now where a start names no version, and stay those of before for executions', async () => {
    const rig = new Rig();
    const first = await rig.define('orders', 'first');
    await rig.load('orders');
    expect(rig.machines.find('orders', undefined)?.version).toBe(first);
    const second = await rig.define('orders', 'second');
    await rig.load('orders');
    expect(rig.machines.find('orders', undefined)?.version).toBe(second);
    expect(rig.machines.find('orders', first)?.version).toBe(first);
  });

  it('are found beside a deployed machine of the same name, by their versions', async () => {
    const rig = new Rig();
    const version = await rig.define('code', 'created before the deployment');
    await rig.load('code', version);
    expect(rig.machines.find('code', version)?.version).toBe(version);
    expect(rig.machines.find('code', undefined)?.version).toBe('2');
  });

  it('are not there for another name or version', async () => {
    const rig = new Rig();
    await rig.define('orders', 'first');
    await rig.load('orders', 'nope');
    await rig.load('other');
    expect([rig.machines.find('orders', 'nope'), rig.machines.find('other', undefined)]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('that cannot be made fail in the step, which can say so of its execution', async () => {
    const rig = new Rig();
    const machines = new StoredMachines(machineLookup([]), async () => () => {
      throw new Error('no such state');
    });
    const version = await rig.define('orders', 'first');
    await machines.load(rig.registry, 'orders', version);
    expect(() => machines.find('orders', version)).toThrow(
      /its definition does not load \(Error: no such state\)/,
    );
  });
});
