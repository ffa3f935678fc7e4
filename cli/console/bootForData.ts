import { bootLocalCloud, cloudOf } from '../cloud/localCloud.ts';
import type { DirectoryOptions } from '../cloud/projectFolders.ts';
import type { Cloud } from '../cloud/resolveCloud.ts';
import type { CommandContext } from '../context.ts';

/** Runs a local cloud on a table that was kept, for as long as the console is open. */
export async function bootForData(
  context: CommandContext,
  dataFile: string,
  directories: DirectoryOptions,
): Promise<{ readonly cloud: Cloud; stop(): Promise<void> }> {
  const local = await bootLocalCloud(context, directories, { dataFile });
  return { cloud: cloudOf(local), stop: () => local.stop() };
}
