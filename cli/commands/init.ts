import { relative, resolve } from 'node:path';
import { createProject } from '../init/createProject.ts';
import type { CommandLine, OutputOptions } from './command.ts';
import { withJsonOption } from './command.ts';

export function addInitCommand(line: CommandLine): void {
  const command = line.program
    .command('init')
    .description(
      'Create a project in a new or empty folder: a machine, a worker, a test, and a CDK app that deploys them.',
    )
    .argument('<directory>', 'folder of the project');
  withJsonOption(command)
    .addHelpText(
      'after',
      `
Example:
  npx millrace init expenses`,
    )
    .action((directory: string, options: OutputOptions) => init(line, directory, options));
}

async function init({ context }: CommandLine, directory: string, { json }: OutputOptions): Promise<void> {
  const { terminal } = context;
  const path = resolve(context.directory, directory);
  const files = await createProject(path);
  if (json) {
    terminal.print(JSON.stringify({ directory: path, files }));
    return;
  }
  for (const file of files) terminal.print(file);
  const folder = relative(context.directory, path) || '.';
  terminal.note(`Created ${files.length} files in ${folder}. Next:`);
  terminal.note(`  cd ${folder} && npm install && npx millrace dev`);
  terminal.note(
    '  npx millrace start expense --input \'{"amount":39500,"purpose":"a kettle"}\'      (in a second terminal)',
  );
}
