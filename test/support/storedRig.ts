import type { Json, JsonObject } from '../../orchestrator/core/data/json.ts';
import type { Execution } from '../../orchestrator/core/execution/model/execution.ts';
import type { prepareMachine } from '../../orchestrator/core/machine/index.ts';
import type { Orchestrator } from '../../orchestrator/step/orchestrator.ts';
import { MemoryStore } from '../../orchestrator/store/memoryStore.ts';
import { ObjectNotFoundError, StoreUnavailableError } from '../../orchestrator/store/objectStore.ts';
import { StoredJson } from '../../orchestrator/store/storedJson.ts';
import { attributesSize } from '../../orchestrator/table/attributes.ts';
import { withStore } from '../../orchestrator/table/stored/withStore.ts';
import type { Table } from '../../orchestrator/table/table.ts';
import { runTask } from '../../workers/runTask.ts';
import { OrchestratorRig } from './orchestratorRig.ts';

const settings = { storeOverKb: 32 };

/** A store in memory that fails while a test wants it to. */
export class FailingStore extends MemoryStore {
  /** Whether calls fail that write, and calls that read. */
  failsPuts = false;
  failsGets = false;
  puts = 0;
  gets = 0;
  /** Runs once between a request for an object and the answer. */
  beforeNextGet: (() => Promise<void>) | undefined;

  override async put(key: string, bytes: Uint8Array): Promise<void> {
    if (this.failsPuts) throw new StoreUnavailableError(this.url, 'the test wants it to fail');
    this.puts++;
    await super.put(key, bytes);
  }

  override async get(key: string, maximumBytes?: number): Promise<Uint8Array> {
    if (this.failsGets) throw new StoreUnavailableError(this.url, 'the test wants it to fail');
    this.gets++;
    const meanwhile = this.beforeNextGet;
    this.beforeNextGet = undefined;
    await meanwhile?.();
    return super.get(key, maximumBytes);
  }

  /** Keys of running executions' states. */
  states(): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith('state/'));
  }
}

/** A rig whose large data is in a store. */
export class StoredRig {
  readonly rig: OrchestratorRig;
  readonly store: FailingStore;
  /** As everybody but the orchestrator sees it. */
  readonly table: Table;
  #data: StoredJson;

  /** @param retentionDays @default items are kept for ever */
  constructor(definitions: readonly Parameters<typeof prepareMachine>[0][], retentionDays?: number) {
    this.rig = new OrchestratorRig(definitions, retentionDays);
    this.store = new FailingStore(() => this.rig.now);
    this.#data = this.#json();
    this.table = withStore(this.rig.table, this.#json(), settings, { fetches: true });
  }

  /** An instance with nothing in memory. @param definitions @default those of the rig */
  newInstance(definitions?: readonly Parameters<typeof prepareMachine>[0][]): Orchestrator {
    const data = this.#json();
    this.#data = this.#json();
    const table = withStore(this.rig.table, data, settings, { fetches: false });
    return this.rig.newInstance({ table, data, ...(definitions && { definitions }) });
  }

  #json(): StoredJson {
    return new StoredJson(this.store, () => this.rig.now);
  }

  async start(machine: string, executionId: string, input: Json): Promise<void> {
    await this.table.journal.insertStart({ executionId, machine, input });
  }

  async send(executionId: string, eventId: string, type: string, event: JsonObject): Promise<void> {
    await this.table.journal.insertEvent({ executionId, eventId, at: this.#iso(), content: { type, event } });
  }

  /** Runs the worker of what was dispatched last, with the worker SDK, on a payload as Lambda brings it. */
  async work(work: (input: never) => unknown): Promise<void> {
    const payload = this.rig.dispatched.at(-1);
    if (!payload) throw new Error('Nothing was dispatched.');
    const received: typeof payload & { input: never } = JSON.parse(JSON.stringify(payload));
    const table = withStore(this.rig.table, this.#data, settings, { fetches: false });
    await runTask(received, work, { table, data: this.#data, now: () => this.rig.now });
  }

  /** With all that is in the store. */
  async execution(executionId: string): Promise<Execution> {
    const execution = await this.table.executions.read(executionId);
    if (!execution) throw new Error(`Execution '${executionId}' does not exist.`);
    return execution;
  }

  async context(executionId: string): Promise<unknown> {
    return JSON.parse((await this.execution(executionId)).snapshot ?? '{}').context;
  }

  /** Calls as the clock does when the execution is due. */
  async wake(instance: Orchestrator, executionId: string): Promise<void> {
    const { wakeAt } = await this.rig.execution(executionId);
    if (wakeAt === undefined) throw new Error('Nothing wakes it.');
    this.rig.now = Math.max(this.rig.now, wakeAt);
    await instance.wake(executionId, `wake#${wakeAt}`);
  }

  /** Bytes of the largest item in the table, as DynamoDB counts them. */
  largestItem(): number {
    return Math.max(...[...this.rig.table.items.values()].map(attributesSize));
  }

  /** Throws where an item refers to an object that is not there. */
  checkReferences(): void {
    for (const item of this.rig.table.items.values()) {
      for (const [name, value] of Object.entries(item)) {
        if (!name.endsWith('At') || value.S === undefined || !/^(data|state)\//.test(value.S)) continue;
        if (!this.store.objects.has(value.S)) throw new ObjectNotFoundError(this.store.url, value.S);
      }
    }
  }

  #iso(): string {
    return new Date(this.rig.now).toISOString();
  }
}
