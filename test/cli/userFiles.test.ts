import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { millrace } from './testCommandLine.ts';

let directory: string;

const files: Readonly<Record<string, string | Uint8Array>> = {
  'folder/inner/note.txt': 'a note',
  'machines/order.ts': `import { createMachine } from 'xstate';
export const order = createMachine({ id: 'order', version: '1' });`,
  'broken/order.ts': 'export const order = ;',
  'throwing/order.ts': "throw new Error('It fails.');",
  'unresolved/order.ts': "import { nothing } from '@nobody/nothing/part';\nexport const order = nothing;",
  'misplaced/order.ts': "import { nothing } from './nothing.ts';\nexport const order = nothing;",
  'unexported/order.ts': "import { nothing } from '../text.ts';\nexport const order = nothing;",
  'empty/order.ts': 'export const order = 5;',
  'text.ts': 'export const text = 1;',
  'broken.ts': 'export const bus = ;',
  'throwing.ts': "throw new Error('It fails.');",
  'unresolved.ts': "import { bus } from 'nothing';\nexport { bus };",
  'number.ts': 'export const bus = 5;',
  'text.txt': 'no JSON',
  'empty.txt': ' \n',
  'list.json': '[]',
  'latin1.txt': Buffer.from([0x22, 0xe4, 0x22]),
  'definition.asl.json': '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}',
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-files-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), content);
  }
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const notThere = 'cannot be read: it does not exist.';
const folder = 'cannot be read: it is a folder. Name a file.';

it.each<[args: string, code: string, message: string]>([
  [
    'machines list --machines machines/order.ts',
    'MachinesNotFound',
    'machines/order.ts is a file: name the folder that it is in, ',
  ],
  ['machines list --machines nowhere', 'MachinesNotFound', 'nowhere does not exist: create '],
  ['machines list --machines folder', 'MachinesNotFound', 'There are no machines in '],
  [
    'machines list --machines empty',
    'MachinesNotFound',
    'empty/order.ts: export an XState machine, as in export const order = ',
  ],
  ['machines list --machines broken', 'CodeNotBundled', 'broken/order.ts:1:22: Unexpected ";"'],
  ['machines list --machines throwing', 'CodeNotLoaded', 'throwing/order.ts: Error: It fails.'],
  [
    'machines list --machines unresolved',
    'CodeNotBundled',
    'unresolved/order.ts:1:25: Could not resolve "@nobody/nothing/part": install the package (npm install @nobody/nothing), or correct its name.',
  ],
  [
    'machines list --machines misplaced',
    'CodeNotBundled',
    'Could not resolve "./nothing.ts": the file does not exist. Correct the path.',
  ],
  ['machines list --machine ordr', 'InvalidInput', "The folder has no machine 'ordr'. It has: order."],
  [
    'machines check --recordings nowhere',
    'InvalidInput',
    'nowhere: it does not exist. Make it with `millrace history ID --recording >> FILE`.',
  ],
  [
    'machines check --recordings list.json --workers nowhere',
    'InvalidInput',
    '--workers: nowhere does not exist.',
  ],
  ['dev --bus nowhere.ts', 'CodeNotBundled', 'nowhere.ts: This module does not exist: correct its path.'],
  ['dev --bus folder', 'CodeNotBundled', 'folder: This module does not exist: correct its path.'],
  ['dev --bus broken.ts', 'CodeNotBundled', 'broken.ts:1:20: Unexpected ";"'],
  ['dev --bus throwing.ts', 'CodeNotLoaded', 'throwing.ts: Error: It fails.'],
  [
    'dev --bus unresolved.ts',
    'CodeNotBundled',
    'unresolved.ts:1:21: Could not resolve "nothing": install the package (npm install nothing)',
  ],
  [
    'dev --bus text.ts',
    'CodeNotBundled',
    "text.ts: This module does not export 'bus': write export const bus = …",
  ],
  ['dev --bus number.ts', 'CodeNotLoaded', "number.ts: TypeError: Its export 'bus' has no publish(events)."],
  ['dev --rules nowhere', 'InvalidInput', `--rules: nowhere ${notThere}`],
  ['dev --rules text.txt', 'InvalidInput', '--rules: text.txt is not JSON (Unexpected token'],
  ['dev --rules list.json', 'InvalidInput', '--rules: list.json has to be a JSON object.'],
  ['dev --functions nowhere', 'InvalidInput', '--functions: nowhere does not exist.'],
  ['dev --substitutions @folder', 'InvalidInput', `--substitutions: folder ${folder}`],
  ['dev --template folder', 'InvalidInput', '--template: folder is not a file.'],
  ['dev --data folder', 'InvalidInput', '--data: folder is a folder: name a file.'],
  [
    'dev --data text.txt',
    'InvalidInput',
    '--data: text.txt is not a table that was kept with --data: name another file.',
  ],
  [
    'console --data nowhere',
    'InvalidInput',
    '--data: nowhere does not exist: make it with `millrace dev --data FILE`.',
  ],
  ['console --table t --machines nowhere', 'InvalidInput', '--machines: nowhere does not exist.'],
  ['console --data nowhere --workers text.txt', 'InvalidInput', '--workers: text.txt is not a folder.'],
  ['start order --input @nowhere', 'InvalidInput', `--input: nowhere ${notThere}`],
  [
    'start order --input @latin1.txt',
    'InvalidInput',
    '--input: latin1.txt cannot be read: it is not text in UTF-8.',
  ],
  ['start order --input @empty.txt', 'InvalidInput', '--input: empty.txt is empty: give JSON.'],
  ['run order --input nowhere', 'InvalidInput', `--input: nowhere ${notThere}`],
  ['run order --input folder', 'InvalidInput', `--input: folder ${folder}`],
  [
    'run order --input list.json --results folder',
    'InvalidInput',
    '--results: folder is a folder: name a file.',
  ],
  [
    'run order --input list.json --results nowhere/ended',
    'InvalidInput',
    '--results: nowhere/ended is in a folder that does not exist: create it.',
  ],
  ['doctor --checkpoint folder --table t', 'InvalidInput', `folder ${folder}`],
  ['asl check nowhere', 'InvalidInput', `nowhere ${notThere}`],
  ['asl run folder', 'InvalidInput', `folder ${folder}`],
  ['asl run text.txt', 'InvalidDefinition', 'The definition in text.txt is not valid:'],
  ['asl run definition.asl.json --mocks nowhere', 'InvalidInput', `--mocks: nowhere ${notThere}`],
  [
    'asl test definition.asl.json --mock-config list.json',
    'InvalidInput',
    '--mock-config: list.json has to be a JSON object.',
  ],
  ['migrate assess nowhere', 'InvalidInput', `nowhere ${notThere}`],
  ['migrate assess text.txt', 'InvalidInput', 'text.txt is a file. Name a folder.'],
  ['migrate assess folder --counts nowhere', 'InvalidInput', `--counts: nowhere ${notThere}`],
  ['migrate compare --histories folder', 'InvalidInput', `folder ${folder}`],
])('a path that is wrong is refused by its name, with what to do: %s', async (args, code, message) => {
  const environment = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  const { exitCode, stderr } = await millrace(args.split(' '), { directory, environment });
  const [said = ''] = stderr.filter((line) => line.startsWith(`${code}: `));
  expect(stderr.join('\n')).toContain(message);
  expect(said).toMatch(new RegExp(`^${code}: `));
  expect(said).not.toMatch(/generatedEntry|ENOENT|EISDIR|ENOTDIR/);
  expect(exitCode).toBe(2);
});
