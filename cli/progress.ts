import type { Terminal } from './terminal.ts';

export interface ProgressOptions {
  /** Whether stderr is a terminal, where one line can be written over and over. */
  readonly isTerminal: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Time between two lines where stderr is not a terminal. @default 5000 */
  readonly lineEveryMs?: number;
}

type ProgressTerminal = Pick<Terminal, 'note' | 'status'>;

/** Shows how far something is: one line that changes on a terminal, a line now and then elsewhere. */
export function showProgress(
  terminal: ProgressTerminal,
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

/** The steps of a command, which begin in their order. */
export interface Steps {
  /** Begins the next step. */
  begin(): void;
  /** Shows how far the current step is. */
  advance(done: number, total: number): void;
  /** Removes what is shown. */
  end(): void;
}

const barWidth = 24;

/** Shows numbered steps: a bar over all of them on a terminal, a line for each step elsewhere. */
export function showSteps(
  terminal: ProgressTerminal,
  titles: readonly string[],
  options: ProgressOptions,
): Steps {
  let step = 0;
  let showDone: (text: string) => void = () => {};
  const show = (share: number, detail: string) => {
    const filled = Math.round(((step - 1 + share) / titles.length) * barWidth);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`;
    terminal.status(`${bar} ${step}/${titles.length} ${titles[step - 1]}${detail}`);
  };
  return {
    begin: () => {
      if (step === titles.length) throw new RangeError(`There are ${titles.length} steps.`);
      step += 1;
      showDone = showProgress({ note: terminal.note, status: () => {} }, options);
      show(0, ' …');
      if (!options.isTerminal) terminal.note(`${step}/${titles.length} ${titles[step - 1]} …`);
    },
    advance: (done, total) => {
      show(total === 0 ? 1 : done / total, `: ${done} of ${total}`);
      showDone(`${step}/${titles.length} ${titles[step - 1]}: ${done} of ${total}`);
    },
    end: () => terminal.status(''),
  };
}
