import type { Nudge, NudgeEvent } from '../../orchestrator/contract/nudge.ts';
import type { Json } from '../../orchestrator/core/data/json.ts';
import type { Control } from '../../orchestrator/core/execution/model/entries.ts';
import { decodeExecution } from '../../orchestrator/table/executionItem.ts';
import type { NewEvent } from '../../orchestrator/table/requests.ts';
import type { TableLayout } from '../../orchestrator/table/retention.ts';
import { tableOf } from './instances.ts';
import { InvariantError } from './invariantError.ts';
import { SimulatedProcess, type World } from './process.ts';

/** Everyone who writes to the table beside the orchestrator and its workers: applications, operators, people with a token. */
export class Users {
  readonly #world: World;
  readonly #layout: TableLayout;

  constructor(world: World, layout: TableLayout) {
    this.#world = world;
    this.#layout = layout;
  }

  /** @param nudge invokes the orchestrator with it */
  async start(
    executionId: string,
    machine: string,
    input: Json,
    nudge?: (event: NudgeEvent) => void,
  ): Promise<void> {
    await this.#do(async (process) => {
      const outcome = await tableOf(process, this.#layout).journal.insertStart({
        executionId,
        machine,
        input,
        ...(nudge && { isNudged: true }),
      });
      if (outcome.type === 'different') throw new InvariantError(7, executionId, 'its start is another.');
      if (outcome.type === 'inserted' && nudge) await this.#nudge(process, nudge, { executionId });
    });
  }

  async #nudge(process: SimulatedProcess, nudge: (event: NudgeEvent) => void, of: Nudge): Promise<void> {
    const id = `nudge#${this.#world.draws.below(1e6, 'token').toString(36)}`;
    await process.call(
      () => `nudge ${of.executionId} ${of.item ?? ''}`,
      () => nudge({ nudge: { ...of, id } }),
    );
  }

  async control(executionId: string, eventId: string, control: Control): Promise<void> {
    await this.send(executionId, eventId, { control });
  }

  async send(
    executionId: string,
    eventId: string,
    content: NewEvent['content'],
    nudge?: (event: NudgeEvent) => void,
  ): Promise<void> {
    const at = this.#now();
    await this.#do(async (process) => {
      const event = { executionId, eventId, at, content, ...(nudge && { isNudged: true }) };
      const outcome = await tableOf(process, this.#layout).journal.insertEvent(event);
      if (outcome !== 'inserted' || !nudge) return;
      await this.#nudge(process, nudge, { executionId, item: `event#${eventId}` });
    });
  }

  /** Gives the results of tasks that wait for them. */
  async answer(executionId: string, output: Json): Promise<void> {
    const item = this.#world.database.get(executionId, 'execution');
    if (!item) return;
    for (const task of decodeExecution(item).tasks) {
      if (!task.waitsForResult || task.dispatchAt !== undefined) continue;
      await this.result(executionId, task.task, task.attempt, output);
    }
  }

  async result(executionId: string, task: number, attempt: number, output: Json): Promise<void> {
    const at = this.#now();
    const result = { status: 'SUCCEEDED', output } as const;
    const common = { executionId, task, attempt, worker: 'somebody', startedAt: at, endedAt: at };
    await this.#do(async (process) => {
      await tableOf(process, this.#layout).journal.insertResult({ ...common, result });
    });
  }

  /** A user without an answer tries again, as the client's users do. */
  async #do(work: (process: SimulatedProcess) => Promise<void>): Promise<void> {
    for (;;) {
      const process = new SimulatedProcess('client', this.#world);
      try {
        await process.doing(work(process));
        return;
      } catch (error) {
        if (error instanceof InvariantError) throw error;
        await this.#world.schedule.wait(200);
      }
    }
  }

  #now(): string {
    return new Date(this.#world.schedule.now).toISOString();
  }
}
