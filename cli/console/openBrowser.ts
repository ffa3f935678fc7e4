import { spawn } from 'node:child_process';
import { platform } from 'node:process';
import type { Terminal } from '../terminal.ts';

/** Opens an address in the reader's browser, by the command that each system has for it. */
export function openBrowser(url: string, terminal: Pick<Terminal, 'note'>): Promise<void> {
  const [command, args] = commandOf(url);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true });
    child.once('error', () => {
      terminal.note('No browser could be opened here: open the address yourself.');
      resolve();
    });
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
}

function commandOf(url: string): readonly [string, readonly string[]] {
  switch (platform) {
    case 'darwin':
      return ['open', [url]];
    case 'win32':
      return ['rundll32', ['url.dll,FileProtocolHandler', url]];
    default:
      return ['xdg-open', [url]];
  }
}
