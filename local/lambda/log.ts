/** One line of what a function printed, or of what the local Lambda has to say about it. */
export interface LambdaLogEntry {
  readonly functionName: string;
  readonly source: 'stdout' | 'stderr' | 'platform';
  readonly message: string;
}

export type LambdaLog = (entry: LambdaLogEntry) => void;

/** Calls `line` for each whole line of a stream that arrives in pieces. `end` hands over what has no line end. */
export function splitLines(line: (text: string) => void): { write(text: string): void; end(): void } {
  let rest = '';
  return {
    write: (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const each of lines) line(each);
    },
    end: () => {
      if (rest !== '') line(rest);
      rest = '';
    },
  };
}
