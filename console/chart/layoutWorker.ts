import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ElkNode } from 'elkjs/lib/elk-api.js';

/** The version of ELK that lays out charts. */
export const elkVersion = '0.12.1';

export type LayoutOutcome =
  | { readonly type: 'laidOut'; readonly graph: ElkNode }
  /** Not within the time that it was given. */
  | { readonly type: 'late' }
  /** ELK cannot do it: some graphs are too deep for it. */
  | { readonly type: 'failed'; readonly reason: string };

const closed: LayoutOutcome = { type: 'failed', reason: 'The layout was given up.' };

/** As JavaScript, so that it runs from sources and from the package alike. */
const program = `
const { parentPort, workerData } = require('node:worker_threads');
const ELK = require(workerData);
const elk = new ELK();
parentPort.on('message', (graph) => {
  elk.layout(graph).then(
    (result) => parentPort.postMessage({ result }),
    (error) => parentPort.postMessage({ reason: String(error && error.message || error) }),
  );
});
parentPort.postMessage({});
`;

interface Answer {
  readonly result?: ElkNode;
  readonly reason?: string;
}

/**
 * ELK in a thread of its own: it cannot be interrupted, and a dense graph takes it minutes. Where a deadline passes, the thread
 * is ended, and the next layout begins another.
 */
export class LayoutWorker {
  #worker: Promise<Worker> | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /** Lays out one graph after the other. */
  layOut(graph: ElkNode, deadlineMs: number): Promise<LayoutOutcome> {
    const result = this.#queue.then(() => this.#layOut(graph, deadlineMs));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Starts the thread, so that the first layout does not wait for it. */
  warm(): void {
    this.#worker ??= startWorker();
    // The first layout gets the error.
    this.#worker.then((worker) => worker.unref()).catch(() => {});
  }

  /** Gives up what it is at. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = await this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    await this.#queue;
  }

  async #layOut(graph: ElkNode, deadlineMs: number): Promise<LayoutOutcome> {
    if (this.#isClosed) return closed;
    const begun = performance.now();
    this.#worker ??= startWorker();
    const worker = await this.#worker;
    worker.ref();
    // Where the thread has to be started first, half of the time is for the layout all the same.
    const left = Math.max(deadlineMs / 2, deadlineMs - (performance.now() - begun));
    const outcome = await outcomeOf(worker, graph, Math.round(left));
    worker.unref();
    if (outcome.type !== 'laidOut') {
      this.#worker = undefined;
      await worker.terminate();
    }
    return outcome;
  }
}

async function startWorker(): Promise<Worker> {
  const worker = new Worker(program, {
    eval: true,
    workerData: pathOfElk(),
    resourceLimits: { stackSizeMb: 64 },
  });
  await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return worker;
}

function outcomeOf(worker: Worker, graph: ElkNode, deadlineMs: number): Promise<LayoutOutcome> {
  return new Promise((resolve) => {
    const done = (outcome: LayoutOutcome) => {
      clearTimeout(timer);
      worker.off('message', answered);
      worker.off('error', failed);
      worker.off('exit', ended);
      resolve(outcome);
    };
    const timer = setTimeout(() => done({ type: 'late' }), deadlineMs);
    const answered = ({ result, reason = '' }: Answer) =>
      done(result ? { type: 'laidOut', graph: result } : { type: 'failed', reason });
    const ended = () => done(closed);
    const failed = (error: Error) => done({ type: 'failed', reason: error.message });
    worker.on('message', answered);
    worker.on('error', failed);
    worker.on('exit', ended);
    worker.postMessage(graph);
  });
}

/** The package has it beside this file; the repository among its dependencies for development. */
function pathOfElk(): string {
  const beside = fileURLToPath(new URL('./elk.bundled.cjs', import.meta.url));
  return existsSync(beside) ? beside : createRequire(import.meta.url).resolve('elkjs/lib/elk.bundled.js');
}
