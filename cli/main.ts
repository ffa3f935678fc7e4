#!/usr/bin/env node
import { runCommandLine } from './commandLine.ts';
import { InterruptedError } from './errors.ts';
import { exitCode } from './exitCodes.ts';
import { processTerminal } from './terminal.ts';

// The AWS SDK would print on every run that it will give up Node.js 20 one day.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const controller = new AbortController();
let interruptedAt: number | undefined;
const interrupt = () => {
  // Ctrl-C under `npx` arrives twice: from the terminal, and passed on by npm.
  if (interruptedAt !== undefined && Date.now() - interruptedAt > 1_000) process.exit(exitCode.interrupted);
  interruptedAt ??= Date.now();
  controller.abort(new InterruptedError('Interrupted. Executions go on.'));
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
// The reader may have read enough, as in `millrace list order | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') {
    process.stderr.write(`${error.code}: The output cannot be written: ${error.message}.\n`);
    process.exit(exitCode.environment);
  }
  process.exit(exitCode.ok);
});

process.exitCode = await runCommandLine(process.argv.slice(2), {
  terminal: processTerminal(process.env),
  directory: process.cwd(),
  environment: process.env,
  interrupted: controller.signal,
  now: () => Date.now(),
  startLocalCloud: async (options) => (await import('../local/index.ts')).startLocalCloud(options),
});
