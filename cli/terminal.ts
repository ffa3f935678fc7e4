/** Where a command writes and reads. Data goes to stdout, everything else to stderr. */
export interface Terminal {
  /** A line of data, for stdout. */
  print(line: string): void;
  /** A line for the person who looks on, for stderr. */
  note(line: string): void;
  /** Replaces the last status line on a terminal; nothing elsewhere. An empty text removes it. */
  status(text: string): void;
  /** Whether colours may be printed on stdout. */
  readonly hasColours: boolean;
  readonly standardInput: AsyncIterable<Uint8Array | string>;
}

/** The terminal of this process. */
export function processTerminal(environment: Readonly<Record<string, string | undefined>>): Terminal {
  const { stdout, stderr } = process;
  const isStatusShown = stderr.isTTY === true;
  let status = '';
  const writeStatus = (text: string) => {
    if (isStatusShown && text !== status) stderr.write(`\r\u001b[K${text}`);
    status = text;
  };
  const around = (write: () => void) => {
    const shown = status;
    writeStatus('');
    write();
    writeStatus(shown);
  };
  return {
    print: (line) => around(() => stdout.write(`${line}\n`)),
    note: (line) => around(() => stderr.write(`${line}\n`)),
    status: (text) => writeStatus(text.slice(0, Math.max(20, (stderr.columns ?? 80) - 1))),
    hasColours: stdout.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb',
    // Asked for only when it is read: a standard input that was opened keeps the process alive.
    get standardInput() {
      return process.stdin;
    },
  };
}
