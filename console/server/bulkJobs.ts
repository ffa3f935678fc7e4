import { randomUUID } from 'node:crypto';
import type { BulkProgress, BulkRequest } from './api.ts';
import { RefusedRequestError } from './failures.ts';
import type { ConsoleService } from './service.ts';

interface Job {
  progress: BulkProgress;
  readonly controller: AbortController;
}

const examplesAtMost = 20;
const jobsKept = 20;

/** Bulk operations that were asked for. Each runs in this process, and ends with it; to repeat one is harmless. */
export class BulkJobs {
  readonly #service: ConsoleService;
  readonly #jobs = new Map<string, Job>();

  constructor(service: ConsoleService) {
    this.#service = service;
  }

  /** Begins one, and answers at once. @throws ControlMismatchError */
  begin(request: BulkRequest): BulkProgress {
    const id = randomUUID();
    const controller = new AbortController();
    const progress: BulkProgress = { id, request, isDone: false, outcomes: {}, examples: [] };
    const job: Job = { progress, controller };
    this.#jobs.set(id, job);
    const [oldest] = this.#jobs.keys();
    if (oldest !== undefined && this.#jobs.size > jobsKept) this.#jobs.delete(oldest);
    const signal = AbortSignal.any([controller.signal, this.#service.signal]);
    void this.#run(job, signal);
    return progress;
  }

  /** @throws RefusedRequestError */
  progress(id: string): BulkProgress {
    return this.#job(id).progress;
  }

  /** Executions that have received the request keep it. @throws RefusedRequestError */
  cancel(id: string): BulkProgress {
    const job = this.#job(id);
    job.controller.abort(new Error('It was cancelled. Executions that had received the request keep it.'));
    return job.progress;
  }

  #job(id: string): Job {
    const job = this.#jobs.get(id);
    if (job) return job;
    throw new RefusedRequestError(
      404,
      'NoSuchJob',
      'There is no such bulk operation: the console was restarted.',
    );
  }

  async #run(job: Job, signal: AbortSignal): Promise<void> {
    const { control, machine, status, idPrefix, since, until, cause, isDryRun } = job.progress.request;
    try {
      const outcomes = this.#service.client.controlMany({
        control,
        machine,
        status,
        signal,
        ...(idPrefix !== undefined && { idPrefix }),
        ...(since !== undefined && { since }),
        ...(until !== undefined && { until }),
        ...(cause !== undefined && { cause }),
        ...(isDryRun && { isDryRun }),
      });
      for await (const { executionId, outcome } of outcomes) {
        signal.throwIfAborted();
        job.progress = counted(job.progress, executionId, outcome);
      }
      job.progress = { ...job.progress, isDone: true };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      job.progress = { ...job.progress, isDone: true, error: message };
    }
  }
}

function counted(progress: BulkProgress, executionId: string, outcome: string): BulkProgress {
  const { outcomes, examples } = progress;
  return {
    ...progress,
    outcomes: { ...outcomes, [outcome]: (outcomes[outcome] ?? 0) + 1 },
    examples: examples.length < examplesAtMost ? [...examples, executionId] : examples,
  };
}
