import { afterEach, vi } from 'vitest';

/** The lines that a function prints, as CloudWatch Logs would get them. */
export function printedLines(): { take(): Record<string, unknown>[] } {
  const texts: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => texts.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => texts.push(String(text)) > 0);
  return {
    take: () =>
      texts
        .splice(0)
        .join('')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
  };
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});
