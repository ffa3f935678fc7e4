import type { Json } from '../../core/data/json.ts';
import type { OutgoingItem } from '../../core/execution/children/messages.ts';
import type { Emission } from '../../core/execution/model/emission.ts';
import { type Execution, hasEnded } from '../../core/execution/model/execution.ts';
import type { OpenTask } from '../../core/execution/model/openTask.ts';
import { isStoredDataError } from '../../store/storedJson.ts';
import { StoredDataTooLargeError } from '../errors.ts';
import { messageAsJson } from '../messageItems.ts';
import type { CommitOutcome, HistoryItems } from '../requests.ts';
import type { Executions } from '../table.ts';
import { isStateKey } from './dataKeys.ts';
import type { LargeData } from './largeData.ts';
import { isLargerThan, mayExceed, placeExecution } from './placement.ts';
import { withExecutionData, withExecutionText } from './storedParts.ts';

/** Executions whose large data is in an object store. */
export class StoredExecutions implements Executions {
  readonly #executions: Executions;
  readonly #store: LargeData;
  readonly #fetches: boolean;

  constructor(executions: Executions, store: LargeData, fetches: boolean) {
    this.#executions = executions;
    this.#store = store;
    this.#fetches = fetches;
  }

  read(executionId: string): Promise<Execution | undefined> {
    return this.#withData(executionId, this.#executions.read(executionId));
  }

  readEventually(executionId: string): Promise<Execution | undefined> {
    return this.#withData(executionId, this.#executions.readEventually(executionId));
  }

  async #withData(
    executionId: string,
    reading: Promise<Execution | undefined>,
  ): Promise<Execution | undefined> {
    const execution = await reading;
    if (!execution || !this.#fetches) return execution;
    return withExecutionData(this.#store.data, execution, () => this.#executions.read(executionId));
  }

  readTaskInput(task: OpenTask): Promise<Json> {
    const { input, inputAt } = task;
    return input === undefined && inputAt !== undefined
      ? this.#store.data.read(inputAt)
      : this.#executions.readTaskInput(task);
  }

  async readHistory(executionId: string): Promise<HistoryItems> {
    const items = await this.#executions.readHistory(executionId);
    if (!this.#fetches) return items;
    const { execution } = items;
    const again = () => this.#executions.read(executionId);
    return {
      ...items,
      execution: execution && (await withExecutionData(this.#store.data, execution, again)),
      journal: await this.#store.withData(items.journal),
    };
  }

  async commit(
    given: Execution,
    givenOutgoing?: readonly OutgoingItem[],
    emitted?: readonly Emission[],
  ): Promise<CommitOutcome> {
    if (!this.#store.data.isConfigured) return this.#executions.commit(given, givenOutgoing, emitted);
    let execution: Execution;
    let outgoing: readonly OutgoingItem[] | undefined;
    try {
      outgoing = givenOutgoing && (await this.#withStored(givenOutgoing));
      const outbox = given.outbox && (await this.#withStored(given.outbox));
      execution = outbox ? { ...given, outbox } : given;
    } catch (error) {
      if (error instanceof StoredDataTooLargeError) return { type: 'tooLarge', bytes: error.bytes };
      return this.#commitWithoutStore(given, givenOutgoing, emitted, error);
    }
    const { snapshotAt } = execution;
    const isSmall = snapshotAt === undefined && !mayExceed(execution, this.#store.overBytes);
    if (isSmall) return this.#executions.commit(execution, outgoing, emitted);
    const placed = placeExecution(await this.#withKeptState(execution), this.#store.overBytes);
    const tooLarge = placed.objects.find(({ bytes, maximumBytes }) => bytes > maximumBytes);
    if (tooLarge) return { type: 'tooLarge', bytes: tooLarge.bytes };
    try {
      await Promise.all(placed.objects.map(({ key, text }) => this.#store.data.write(key, text)));
    } catch (error) {
      return this.#commitWithoutStore(execution, outgoing, emitted, error);
    }
    const outcome = await this.#executions.commit(placed.item, outgoing, emitted);
    const written = placed.item.snapshotAt;
    switch (outcome.type) {
      case 'committed':
        await this.#deleteState(snapshotAt, written);
        return { ...outcome, stored: placed.stored };
      case 'conflict':
        // The commit of that version has been another: nothing can come to refer to what was written for this one.
        if (outcome.current) await this.#deleteState(written, outcome.current.snapshotAt);
        return outcome;
      case 'tooLarge':
        return outcome;
    }
  }

  /** The store fails: what fits into the item need not wait for it. */
  async #commitWithoutStore(
    execution: Execution,
    outgoing: readonly OutgoingItem[] | undefined,
    emitted: readonly Emission[] | undefined,
    error: unknown,
  ): Promise<CommitOutcome> {
    if (!isStoredDataError(error)) throw error;
    const outcome = await this.#executions.commit(execution, outgoing, emitted);
    if (outcome.type === 'tooLarge') throw error;
    return outcome;
  }

  /** The items for other executions, with their large data in the store, as data of theirs. */
  async #withStored(items: readonly OutgoingItem[]): Promise<readonly OutgoingItem[]> {
    const stored: OutgoingItem[] = [];
    for (const item of items) stored.push(await this.#withStoredData(item));
    return stored;
  }

  async #withStoredData(item: OutgoingItem): Promise<OutgoingItem> {
    if (item.type === 'start') {
      if (!isLargerThan(item.input, this.#store.overBytes)) return item;
      const { input, ...rest } = item;
      return { ...rest, inputAt: await this.#store.write(item.receiver, 'The input of a child', input) };
    }
    if (item.type === 'answer') return this.#withStoredOutput(item);
    if (item.type === 'stop') return item;
    const messages = item.messages.map(messageAsJson);
    if (!isLargerThan(messages, this.#store.overBytes)) return item;
    const messagesAt = await this.#store.write(item.receiver, 'The message to another execution', messages);
    return { ...item, messages: [], messagesAt };
  }

  async #withStoredOutput(item: Extract<OutgoingItem, { type: 'answer' }>): Promise<OutgoingItem> {
    const { result, receiver } = item;
    if (result.status === 'FAILED' || !isLargerThan(result.output, this.#store.overBytes)) return item;
    const outputAt = await this.#store.write(receiver, 'The output of an execution', result.output);
    return { ...item, result: { status: 'SUCCEEDED' }, outputAt };
  }

  /** The state of an execution that ends without having been loaded moves to where it may expire. */
  async #withKeptState(execution: Execution): Promise<Execution> {
    const { status, snapshot, snapshotAt } = execution;
    if (!hasEnded(status) || snapshot !== undefined || snapshotAt === undefined) return execution;
    return withExecutionText(this.#store.data, execution);
  }

  async #deleteState(key: string | undefined, kept: string | undefined): Promise<void> {
    if (key !== undefined && key !== kept && isStateKey(key)) await this.#store.data.delete(key);
  }
}
