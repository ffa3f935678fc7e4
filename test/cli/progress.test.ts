import { describe, expect, it } from 'vitest';
import { showSteps } from '../../cli/progress.ts';

class Lines {
  readonly notes: string[] = [];
  readonly statuses: string[] = [];
  note = (line: string) => void this.notes.push(line);
  status = (text: string) => void this.statuses.push(text);
}

describe('the steps of a command', () => {
  it('are one line each where stderr is not a terminal, and a line now and then', () => {
    const lines = new Lines();
    let now = 0;
    const steps = showSteps(lines, ['Bundle', 'Run'], { isTerminal: false, now: () => now });
    steps.begin();
    steps.begin();
    for (let done = 0; done <= 4; done++) {
      steps.advance(done, 4);
      now += 2_000;
    }
    steps.end();
    expect(lines.notes).toEqual(['1/2 Bundle …', '2/2 Run …', '2/2 Run: 3 of 4']);
  });

  it('are a bar that only grows on a terminal, and is gone at the end', () => {
    const lines = new Lines();
    const steps = showSteps(lines, ['Bundle', 'Run'], { isTerminal: true, now: () => 0 });
    steps.begin();
    steps.begin();
    steps.advance(1, 4);
    steps.advance(4, 4);
    steps.end();
    expect(lines.notes).toEqual([]);
    const filled = lines.statuses.map((text) => text.match(/█/g)?.length ?? 0);
    expect(filled).toEqual([0, 12, 15, 24, 0]);
    expect(lines.statuses.map((text) => text.replace(/[█░]+ /, ''))).toEqual([
      '1/2 Bundle …',
      '2/2 Run …',
      '2/2 Run: 1 of 4',
      '2/2 Run: 4 of 4',
      '',
    ]);
  });
});
