import type { ExecutionsProgress, MillraceClient, StartedExecution } from '../../client/index.ts';
import type { CommandContext } from '../context.ts';
import { statusCounts } from './status.ts';

/** A line this often, where there is no terminal to redraw one on. */
const noteEveryMs = 10_000;
/** After so long without an end, the user wants to know what is awaited. */
const explainAfterMs = 5_000;

/** Shows how far a run is, and says once what it waits for when it does not get on. */
export class RunProgress {
  readonly #context: CommandContext;
  readonly #client: MillraceClient;
  #firstStarted: string | undefined;
  #notedAt: number;
  #movedAt: number;
  #open = -1;
  #explained = false;

  constructor(context: CommandContext, client: MillraceClient) {
    this.#context = context;
    this.#client = client;
    this.#notedAt = context.now();
    this.#movedAt = context.now();
  }

  /** Passes on what is started. */
  async *watchStarts(
    started: AsyncIterable<StartedExecution>,
  ): AsyncGenerator<StartedExecution, void, undefined> {
    for await (const execution of started) {
      this.#firstStarted ??= execution.executionId;
      yield execution;
    }
  }

  show(progress: ExecutionsProgress): void {
    const { terminal, now } = this.#context;
    const { executions, open, status } = progress;
    const counts = statusCounts(status);
    const text = `${executions - open} of ${executions} done${counts === '' ? '' : `: ${counts}`}`;
    terminal.status(text);
    if (now() - this.#notedAt >= noteEveryMs) {
      this.#notedAt = now();
      terminal.note(text);
    }
    if (open !== this.#open) this.#movedAt = now();
    this.#open = open;
    if (open > 0 && now() - this.#movedAt >= explainAfterMs) this.#explain();
  }

  end(): void {
    this.#context.terminal.status('');
  }

  #explain(): void {
    if (this.#explained || this.#firstStarted === undefined) return;
    this.#explained = true;
    const { terminal } = this.#context;
    this.#client.describe(this.#firstStarted).then(
      ({ executionId, status, error, waiting }) => {
        if (waiting && error) terminal.note(`${executionId} is ${status} and waits: ${error.message}`);
      },
      // It is only a hint; what goes wrong shows in the run itself.
      () => {},
    );
  }
}
