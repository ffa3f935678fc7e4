import { stat } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { buildCode, packageDirectory } from './build.ts';
import { BundleError, generatedFile } from './bundleError.ts';
import { type CodeFile, codeFiles } from './codeFolder.ts';
import { isDefinitionFile } from './definitions.ts';
import { ifThere } from './ifThere.ts';
import { guardedImport } from './loadGuard.ts';
import { machineFilesIn } from './sourceFiles.ts';

/**
 * Modules, JSON files and definitions of machines in a folder and those below it.
 *
 * @throws BundleError where there are none
 */
export async function findMachines(directory: string): Promise<string[]> {
  const found = await ifThere(stat(directory));
  const name = relative(process.cwd(), directory) || '.';
  if (found && !found.isDirectory()) {
    const folder = relative(process.cwd(), dirname(directory)) || '.';
    throw machinesNotFound(`${name} is a file: name the folder that it is in, ${folder}.`);
  }
  const files = found && (await machineFilesIn(directory));
  if (files !== undefined && files.length > 0) return files;
  const problem =
    files === undefined ? `The folder ${name} does not exist` : `There are no machines in ${name}`;
  throw machinesNotFound(
    `${problem}: create ${name}/order.ts that exports an XState machine, a JSON file with the config of one, or a Step Functions ` +
      'definition (order.asl.json or .yaml), or name another folder of machines.',
  );
}

/** For files that are there, and of which none has a machine. */
export function noMachinesIn(files: readonly string[]): BundleError {
  const names = files.map((file) => relative(process.cwd(), file)).join(', ');
  return machinesNotFound(
    `No machine is exported by ${names}: export an XState machine, as in export const order = setup({ … }).createMachine({ id: 'order', … }).`,
  );
}

function machinesNotFound(message: string): BundleError {
  return new BundleError('MachinesNotFound', [{ message }]);
}

/** A JSON file comes as the module that it would be: with the machine's config as default export. */
export function machineImports(machineFiles: readonly string[]): { imports: string; machines: string } {
  const imports = machineFiles.map((file, number) =>
    file.endsWith('.json') && !isDefinitionFile(file)
      ? `import json${number} from ${JSON.stringify(file)};\nconst machine${number} = { default: json${number} };`
      : guardedImport(file, `import * as machine${number} from ${JSON.stringify(file)};`),
  );
  return {
    imports: imports.join('\n'),
    machines: `[${machineFiles.map((_, number) => `machine${number}`).join(', ')}]`,
  };
}

/**
 * Bundles the machines alone, as a module that exports `modules`: those of the files, in their order.
 *
 * @param outfile where the module will be
 * @throws BundleError
 */
export async function bundleMachineModules(
  machineFiles: readonly string[],
  outfile: string,
): Promise<CodeFile[]> {
  const { imports, machines } = machineImports(machineFiles);
  const contents = `${imports}\nexport const modules = ${machines};\n`;
  const stdin = {
    contents,
    resolveDir: packageDirectory,
    sourcefile: generatedFile,
    loader: 'js',
  } as const;
  return codeFiles(await buildCode({ stdin, outfile }, false));
}
