import type { Terminal } from './terminal.ts';

export interface ProgressOptions {
  /** Whether stderr is a terminal, where one line can be written over and over. */
  readonly isTerminal: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Time between two lines where it is none. @default 5000 */
  readonly lineEveryMs?: number;
}

/** Shows how far something is: one line that changes on a terminal, a line now and then elsewhere. */
export function showProgress(
  terminal: Pick<Terminal, 'note' | 'status'>,
  { isTerminal, now, lineEveryMs = 5000 }: ProgressOptions,
): (text: string) => void {
  let last = now();
  return (text) => {
    terminal.status(text);
    if (isTerminal || now() - last < lineEveryMs) return;
    last = now();
    terminal.note(text);
  };
}
