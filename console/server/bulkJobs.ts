import { randomUUID } from 'node:crypto';
import { takesControl } from '../../client/controlMany.ts';
import { ControlMismatchError } from '../../client/index.ts';
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

  /** Begins one, and answers at once. */
  begin(request: BulkRequest): BulkProgress {
    const id = randomUUID();
    const controller = new AbortController();
    const progress: BulkProgress = { id, request, isDone: false, outcomes: {}, parts: [], examples: [] };
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
      'The bulk operation was not found: the console was restarted.',
    );
  }

  async #run(job: Job, signal: AbortSignal): Promise<void> {
    const { control, machines, statuses } = job.progress.request;
    try {
      // Nothing is sent unless every status takes it.
      for (const status of statuses) {
        if (!takesControl(control, status)) throw new ControlMismatchError(control, status);
      }
      for (const machine of machines)
        for (const status of statuses) await this.#runPart(job, { machine, status }, signal);
      job.progress = { ...job.progress, isDone: true };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      job.progress = { ...job.progress, isDone: true, error: message };
    }
  }

  async #runPart(job: Job, part: Part, signal: AbortSignal): Promise<void> {
    const { control, idPrefix, since, until, cause, isDryRun } = job.progress.request;
    const outcomes = this.#service.client.controlMany({
      control,
      ...part,
      signal,
      ...(idPrefix !== undefined && { idPrefix }),
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
      ...(cause !== undefined && { cause }),
      ...(isDryRun && { isDryRun }),
    });
    for await (const { executionId, outcome } of outcomes) {
      signal.throwIfAborted();
      job.progress = counted(job.progress, part, executionId, outcome);
    }
  }
}

type Part = Pick<BulkProgress['parts'][number], 'machine' | 'status'>;

function counted(progress: BulkProgress, part: Part, executionId: string, outcome: string): BulkProgress {
  const { outcomes, parts, examples } = progress;
  const last = parts.at(-1);
  const isSame = last?.machine === part.machine && last.status === part.status;
  return {
    ...progress,
    outcomes: { ...outcomes, [outcome]: (outcomes[outcome] ?? 0) + 1 },
    parts: isSame
      ? [...parts.slice(0, -1), { ...last, count: last.count + 1 }]
      : [...parts, { ...part, count: 1 }],
    examples: examples.length < examplesAtMost ? [...examples, executionId] : examples,
  };
}
