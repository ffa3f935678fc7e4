import { access } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { BundleError } from '../../infra/bundle.ts';
import { project } from './bundleFixture.ts';

/** Millrace's own handlers. */
const entries = {
  orchestrator: 'millrace/orchestrator',
  workerHost: 'millrace/workers/host',
};

async function refused(files: Readonly<Record<string, string>>): Promise<BundleError> {
  const { bundle, path } = await project(files);
  const error: unknown = await bundle({ entries }).catch((reason: unknown) => reason);
  await expect(access(path('out'))).rejects.toThrow('ENOENT');
  if (error instanceof BundleError) return error;
  throw new Error(`Expected a BundleError, got ${String(error)}`);
}

describe('before anything is written, the bundle is refused', () => {
  test('for machines that cannot be durable: all problems at once, each with its path', async () => {
    const { code, problems } = await refused({
      'machines/bad.ts': `import { fromCallback, setup } from 'xstate';
        export const bad = setup({ actors: { ticker: fromCallback(() => {}) } }).createMachine({
          id: 'bad', initial: 'a', states: { a: { entry: 'gone' as never, invoke: { src: 'ticker' } } },
        });`,
    });
    expect(code).toBe('MachineNotDurable');
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^Machine 'bad', states\.a\.entry\[0\]: action 'gone' is not implemented\. Instead: /,
      ),
      expect.stringMatching(/^Machine 'bad', actors\.ticker: fromCallback lives in one process .* Instead: /),
    ]);
  });

  test('for two machines of one id and version', async () => {
    const machine = `{ "id": "order", "initial": "a", "states": { "a": {} } }`;
    const { code, message } = await refused({ 'machines/a.json': machine, 'machines/b.json': machine });
    expect(code).toBe('DuplicateMachine');
    expect(message).toMatch(/^The machine 'order' is registered twice in version '1'/);
  });

  test('for a module that throws while it is loaded', async () => {
    const { code, message } = await refused({
      'machines/order.ts': `import { worker } from 'millrace/workers';
        export const charge = worker({ timeout: 'soon' as never });`,
    });
    expect(code).toBe('CodeNotLoaded');
    expect(message).toMatch(/machines\/order\.ts: InvalidDurationError: "soon" is not a duration/);
  });

  test('for a module that ends the process', async () => {
    const { code, message } = await refused({ 'machines/order.ts': 'process.exit(3);' });
    expect(code).toBe('CodeNotLoaded');
    expect(message).toMatch(/machines\/order\.ts: The process that loaded it ended with exit code 3\.$/);
  });

  test('not for a module that starts an actor, as a script does: it stays unstarted, and a warning says so', async () => {
    const warnings: string[] = [];
    const listener = (warning: Error) => void warnings.push(warning.message);
    process.on('warning', listener);
    const { bundle } = await project({
      'machines/script.ts': `import { createActor, createMachine } from 'xstate';
        export const script = createMachine({
          id: 'script', initial: 'a', states: { a: { entry: () => process.exit(7), type: 'final', output: 1 } },
        });
        const actor = createActor(script);
        actor.subscribe({ complete: () => process.exit(8) });
        actor.start();
        setInterval(() => process.exit(9), 1);
        await new Promise((resolve) => setTimeout(resolve, 3_600_000));
        actor.send({ type: 'GO' });`,
    });
    await bundle({ entries });
    await new Promise(setImmediate);
    process.off('warning', listener);
    expect(warnings).toContainEqual(expect.stringMatching(/script\.ts starts an actor when it is loaded/));
    expect(warnings).toContainEqual(
      expect.stringMatching(/Machine 'script', states\.a\.output: the machine has no output/),
    );
  });

  test('naming those of several modules that do not load', async () => {
    const { code, problems } = await refused({
      'machines/a.json': `{ "id": "a", "initial": "a", "states": { "a": {} } }`,
      'machines/b.ts': `throw new Error('boom at load');`,
      'machines/c.ts': `import { createMachine } from 'xstate'; export const c = createMachine({ id: 'c' });`,
      'machines/d.ts': 'process.exit(3);',
    });
    expect(code).toBe('CodeNotLoaded');
    expect(problems).toEqual([
      { file: expect.stringMatching(/machines\/b\.ts$/), message: 'Error: boom at load' },
      { file: expect.stringMatching(/machines\/d\.ts$/), message: expect.stringContaining('exit code 3') },
    ]);
  });
});
