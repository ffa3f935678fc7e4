import type { LocalCloud, LocalCloudOptions } from '../../local/index.ts';
import { clientEnvironmentOf } from '../../orchestrator/configuration/configuration.ts';
import type { CommandContext } from '../context.ts';
import { logLineJson, logLineText } from '../rendering/logLine.ts';
import { checkFolder, codeDirectories, type DirectoryOptions } from './projectFolders.ts';
import type { Cloud } from './resolveCloud.ts';

/** Starts a local cloud whose functions' logs go to stderr. */
export async function bootLocalCloud(
  context: CommandContext,
  directories: DirectoryOptions,
  options: Pick<
    LocalCloudOptions,
    | 'dataFile'
    | 'dynamodbPort'
    | 'lambdaPort'
    | 'settings'
    | 'timeScale'
    | 'latency'
    | 'stepFunctions'
    | 'bus'
    | 'rules'
    | 'functionsDirectory'
    | 'template'
  > = {},
  { asJson = false }: { readonly asJson?: boolean } = {},
): Promise<LocalCloud> {
  const { directory } = context;
  if (directories.workers !== undefined) await checkFolder('--workers', directory, directories.workers);
  return context.startLocalCloud({
    ...(await codeDirectories(directory, directories)),
    ...options,
    log: (logged) => {
      // The engine's lines at start and stop are not shown; the error says why it did not start.
      if (logged.source !== 'dynamodb')
        context.terminal.note(asJson ? logLineJson(logged) : logLineText(logged, context.directory));
    },
  });
}

/** The environment of the local cloud, with what a client must know of the table's layout. */
export function cloudOf(
  local: LocalCloud,
): Cloud & { readonly environment: Readonly<Record<string, string>> } {
  const deployed = local.description.functions[0]?.environment ?? {};
  return {
    kind: 'dev',
    tableName: local.tableName,
    // A template's table and buckets are not here.
    environment: { ...clientEnvironmentOf(deployed), ...local.environment },
  };
}
