import { sleep } from '../../client/surroundings.ts';
import type { CommandContext } from '../context.ts';
import { fingerprint } from '../dev/changes.ts';
import { type DevFile, readDevFile } from './devFile.ts';

const lookAgainMs = 100;
/** `dev` may be stopped in a debugger, or the files may change all the time: better the code of before than no answer. */
const patienceMs = 30_000;

/**
 * Waits until the local cloud has deployed the files as they are now, so that a command meets the code that was saved before it.
 * Answers the file of the cloud as it is then.
 */
export async function reloaded(context: CommandContext, file: DevFile): Promise<DevFile> {
  const until = context.now() + patienceMs;
  let current = file;
  while (current.code !== undefined) {
    const { directories, fingerprint: deployed } = current.code;
    if ((await fingerprint(directories)) === deployed) return current;
    if (context.now() >= until) {
      context.terminal.note(
        'The local cloud has not reloaded the changed files; the command meets the code of before.',
      );
      return current;
    }
    await sleep(lookAgainMs, context.interrupted);
    const state = await readDevFile(context.directory);
    if (state.type !== 'running') return current;
    current = state.file;
  }
  return current;
}
