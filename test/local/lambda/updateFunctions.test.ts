import { rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { LambdaLogEntry } from '../../../local/lambda/index.ts';
import {
  eventually,
  functionOf,
  notebook,
  noting,
  start,
  temporaryDirectory,
  writeCode,
} from './lambdaFixture.ts';

describe('deploying functions again', () => {
  test('runs new code from then on, while an invocation that runs finishes on the old', async () => {
    const gate = `${await temporaryDirectory()}/open`;
    const old = `import { existsSync } from 'node:fs';
      export const handler = async (waits) => {
        while (waits && !existsSync(${JSON.stringify(gate)})) await new Promise((r) => setTimeout(r, 5));
        return 'old'; };`;
    const description = await functionOf(old);
    const { invoke, lambda } = await start({ functions: [description] });
    const running = invoke(true);
    await invoke(false);
    await eventually(
      () => lambda.metrics().environments,
      (count) => count === 2,
    );
    await writeCode(description.codeDirectory, { 'index.mjs': 'export const handler = async () => "new";' });
    lambda.updateFunctions([description]);
    expect((await invoke(false)).payload).toBe('new');
    await writeCode(gate.replace(/\/open$/, ''), { open: '' });
    expect((await running).payload).toBe('old');
    expect((await invoke(false)).payload).toBe('new');
    expect(lambda.metrics().environments).toBe(1);
  });

  test('keeps warm what did not change, even in another folder', async () => {
    const description = await functionOf('export const handler = async () => process.pid;');
    const { invoke, lambda } = await start({ functions: [description] });
    const before = await invoke();
    const copy = await functionOf('export const handler = async () => process.pid;');
    lambda.updateFunctions([copy]);
    expect((await invoke()).payload).toBe(before.payload);
  });

  test('takes new settings over', async () => {
    const description = await functionOf('export const handler = async () => process.env.COLOUR;');
    const { invoke, lambda } = await start({ functions: [description] });
    await invoke();
    lambda.updateFunctions([{ ...description, environment: { COLOUR: 'green' } }]);
    expect((await invoke()).payload).toBe('green');
  });

  test('adds and removes functions; queued events of a removed one are given up and reported', async () => {
    const notes = await notebook();
    const log: LambdaLogEntry[] = [];
    const { invoke, invokeEvent, lambda } = await start({
      functions: [await functionOf(noting(notes), { reservedConcurrentExecutions: 0 })],
      log: (entry) => log.push(entry),
    });
    await invokeEvent();
    lambda.updateFunctions([
      await functionOf('export const handler = async () => 1;', { functionName: 'added' }),
    ]);
    await lambda.idle();
    expect((await invoke({}, 'added')).payload).toBe(1);
    await expect(invoke()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(await notes.lines()).toEqual([]);
    expect(log).toMatchObject([
      { functionName: 'example', source: 'platform', message: expect.stringContaining('no longer deployed') },
    ]);
  });

  test('lets events that were queued meanwhile run on the new code', async () => {
    const notes = await notebook();
    const description = await functionOf('export const handler = 1;', { reservedConcurrentExecutions: 0 });
    const { invokeEvent, lambda } = await start({ functions: [description] });
    await invokeEvent({ kept: true });
    await writeCode(description.codeDirectory, { 'index.mjs': noting(notes) });
    const { reservedConcurrentExecutions: _, ...unreserved } = description;
    lambda.updateFunctions([unreserved]);
    await lambda.idle();
    expect(await notes.lines()).toEqual(['{"kept":true}']);
  });

  test('survives that the code of a function is gone', async () => {
    const description = await functionOf('export const handler = async () => 1;');
    const { invoke, lambda } = await start({ functions: [description] });
    await rm(description.codeDirectory, { recursive: true });
    lambda.updateFunctions([description]);
    expect((await invoke()).answer.FunctionError).toBe('Unhandled');
  });
});
