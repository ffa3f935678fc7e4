import type { LocalCloud, LocalCloudOptions } from '../local/index.ts';
import type { Terminal } from './terminal.ts';

/** The surroundings that commands work in. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Where the command runs: relative paths and `.millrace/` are in it. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborts with an InterruptedError when the user interrupts. */
  readonly interrupted: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Loaded only by commands that need it: a deployed table needs no local cloud. */
  readonly startLocalCloud: (options: LocalCloudOptions) => Promise<LocalCloud>;
}
