import type { Browser, Page } from 'playwright-core';

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of processor time. */
  readonly tdur?: number;
  readonly args?: { readonly name?: unknown };
}

/**
 * The longest task of the page's main thread while something is done, in milliseconds of its own processor time: time in which
 * other programs of a busy machine run does not count.
 */
export async function longestTask(
  browser: Browser,
  page: Page,
  action: () => Promise<void>,
): Promise<number> {
  await browser.startTracing(page, { categories: ['toplevel'] });
  let trace: Buffer;
  try {
    await action();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const main = new Set(
    traceEvents.flatMap((event) =>
      event.name === 'thread_name' && event.args?.name === 'CrRendererMain' ? [threadOf(event)] : [],
    ),
  );
  const tasks = traceEvents.flatMap((event) =>
    event.tdur !== undefined && main.has(threadOf(event)) ? [event.tdur / 1000] : [],
  );
  if (tasks.length === 0) throw new Error('The browser has traced no task of the page.');
  return Math.round(tasks.reduce((longest, each) => Math.max(longest, each)));
}
