/**
 * `npm run xstate:suite -- CHECKOUT`: runs the test files of a checkout of XState with machines that are stepped durably in
 * place of XState's own actor, and prints what passes, by file, and why the rest does not. It fetches nothing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [checkout, ...files] = process.argv.slice(2);
if (checkout === undefined || !existsSync(join(checkout, 'packages/core/test'))) {
  console.error(
    'Usage: npm run xstate:suite -- CHECKOUT [FILE…], with a checkout of github.com/statelyai/xstate.',
  );
  process.exit(2);
}
const here = fileURLToPath(new URL('.', import.meta.url));
const project = fileURLToPath(new URL('../..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'xstate-suite-'));
const outputFile = join(directory, 'results.json');
try {
  spawnSync(
    process.execPath,
    [
      join(project, 'node_modules/vitest/vitest.mjs'),
      ...[
        'run',
        '--config',
        join(here, 'vitest.config.ts'),
        '--reporter',
        'json',
        '--outputFile',
        outputFile,
      ],
      ...files,
    ],
    { cwd: project, env: { ...process.env, XSTATE_CHECKOUT: resolve(checkout) }, stdio: 'ignore' },
  );
  print(JSON.parse(readFileSync(outputFile, 'utf8')));
} finally {
  rmSync(directory, { recursive: true });
}

function print({ testResults }) {
  let passed = 0;
  let total = 0;
  const reasons = new Map();
  console.log('| file | pass | of |\n|---|---|---|');
  for (const { name, assertionResults, message } of testResults.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const tests = assertionResults.filter(({ status }) => status === 'passed' || status === 'failed');
    const ok = tests.filter(({ status }) => status === 'passed').length;
    passed += ok;
    total += tests.length;
    const note = tests.length === 0 && message ? ` (not loaded: ${firstLine(message)})` : '';
    console.log(`| ${basename(name)}${note} | ${ok} | ${tests.length} |`);
    for (const { status, failureMessages } of tests) {
      if (status !== 'failed') continue;
      const reason = reasonOf(failureMessages[0] ?? '');
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  console.log(`| all | ${passed} | ${total} |\n\n| reason | tests |\n|---|---|`);
  for (const [reason, count] of [...reasons].sort((a, b) => b[1] - a[1]))
    console.log(`| ${reason} | ${count} |`);
}

/** A refusal by what is refused, anything else by the kind of its error. */
function reasonOf(message) {
  const refused = /^- .*?: (.*?)\. Instead:/m.exec(message)?.[1];
  if (refused !== undefined) return `refused: ${refused.replace(/'[^']*'/g, '…').replace(/#\S+/g, '#…')}`;
  return `differs: ${firstLine(message)
    .replace(/'[^']*'|\d+/g, '…')
    .slice(0, 90)}`;
}

function firstLine(text) {
  return text.split('\n')[0].replaceAll('|', '/');
}
