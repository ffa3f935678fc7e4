import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { machineFromText } from '../../asl/index.ts';
import { writeCodeFolder } from '../../infra/bundle/codeFolder.ts';
import { bundleMachineModules, findMachines } from '../../infra/bundle/machineModules.ts';
import { machinesOf } from '../../orchestrator/core/machine/index.ts';
import { testCloud } from '../../testing/index.ts';

const definition = (next: string) => `{
  "StartAt": "Charge",
  "States": {
    "Charge": { "Type": "Task", "Resource": "\${ChargeArn}", "Next": "${next}" },
    "Paid": { "Type": "Pass", "Parameters": { "by.$": "$.card" }, "End": true }
  }
}
`;
const yaml = `StartAt: A
States:
  A:
    Type: Pass
    QueryLanguage: JSONata
    Output: "{% $states.input.x + 1 %}"
    End: true
`;

describe('a definition in the folder of machines', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-asl-'));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  });

  async function bundled() {
    const files = await findMachines(folder);
    const outfile = join(folder, 'out', 'machines.mjs');
    await writeCodeFolder(join(folder, 'out'), await bundleMachineModules(files, outfile));
    const { modules }: { modules: readonly object[] } = await import(pathToFileURL(outfile).href);
    return modules.flatMap(machinesOf);
  }

  it('is a machine named like its file, beside the others', async () => {
    await writeFile(join(folder, 'orders.asl.json'), definition('Paid'));
    await writeFile(join(folder, 'sums.asl.yaml'), yaml);
    await writeFile(
      join(folder, 'plain.json'),
      '{"id":"plain","initial":"a","states":{"a":{"type":"final"}}}',
    );
    const machines = await bundled();
    expect(machines.map(({ id }) => id)).toEqual(['orders', 'plain', 'sums']);
    const cloud = testCloud(machines, {});
    const { executionId } = await cloud.start('sums', { input: { x: 1 } });
    expect(await cloud.runToEnd(executionId)).toMatchObject({ status: 'SUCCEEDED', output: 2 });
  });

  it('has the substitutions of its deployment', async () => {
    vi.stubEnv(
      'MILLRACE_SUBSTITUTIONS',
      '{"ChargeArn":"arn:aws:lambda:us-east-1:123456789012:function:charge"}',
    );
    await writeFile(join(folder, 'orders.asl.json'), definition('Paid'));
    const inputs: unknown[] = [];
    const Charge = (input: unknown) => {
      inputs.push(input);
      return { Payload: { card: 'visa' } };
    };
    const cloud = testCloud(await bundled(), { Charge });
    const { executionId } = await cloud.start('orders', { input: { id: 7 } });
    expect(await cloud.runToEnd(executionId)).toMatchObject({ status: 'SUCCEEDED', output: { by: 'visa' } });
    const arn = 'arn:aws:lambda:us-east-1:123456789012:function:charge';
    expect(inputs).toEqual([{ FunctionName: arn, Payload: { id: 7 } }]);
  });

  it('with a mistake is named with the line of the mistake', async () => {
    await writeFile(join(folder, 'orders.asl.json'), definition('Pad'));
    await expect(bundled()).rejects.toMatchObject({
      code: 'CodeNotBundled',
      problems: [
        {
          file: join(folder, 'orders.asl.json'),
          line: 4,
          message: expect.stringContaining('State "Pad" does not exist here'),
        },
        { line: 5, message: expect.stringContaining('State "Paid" is not reachable') },
      ],
    });
  });
});

describe('a definition in a test', () => {
  it('has its tasks mocked by their paths', async () => {
    const orders = machineFromText(definition('Paid'), { id: 'orders', tasks: 'mocked' });
    const cloud = testCloud([orders], { Charge: () => ({ card: 'amex' }) });
    const { executionId } = await cloud.start('orders', { input: { id: 7 } });
    expect(await cloud.runToEnd(executionId)).toMatchObject({ output: { by: 'amex' } });
    expect(cloud.invocations).toMatchObject([{ worker: 'Charge', input: { id: 7 } }]);
  });

  it('is refused with all that is wrong with it', () => {
    expect(() => machineFromText(definition('Pad'), { id: 'orders' })).toThrow(
      /The definition 'orders' is not valid:\n {2}line 4, \/States\/Charge\/Next: .*\n {2}line 5, /,
    );
  });
});
