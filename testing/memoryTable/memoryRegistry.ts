import { checkedSize } from '../../orchestrator/table/itemSize.ts';
import {
  decodeRegistryRecord,
  encodeRegistryRecord,
  type RegistryKey,
  type RegistryRecord,
} from '../../orchestrator/table/registryItem.ts';
import type { Page, RegistryPageRequest } from '../../orchestrator/table/requests.ts';
import { registryPartition, sortKey } from '../../orchestrator/table/schema.ts';
import type { Registry } from '../../orchestrator/table/table.ts';
import type { MemoryItems } from './memoryItems.ts';

/** The registry, in memory. */
export class MemoryRegistry implements Registry {
  readonly #items: MemoryItems;

  constructor(items: MemoryItems) {
    this.#items = items;
  }

  async read({ kind, name }: RegistryKey): Promise<RegistryRecord | undefined> {
    const item = this.#items.get(registryPartition, sortKey.registry(kind, name));
    return item && decodeRegistryRecord(kind, item);
  }

  async write(record: RegistryRecord): Promise<boolean> {
    const before = await this.read(record);
    if ((before?.version ?? 0) !== record.version - 1) return false;
    this.put(record);
    return true;
  }

  /** Writes it whatever is there. */
  put(record: RegistryRecord): void {
    this.#items.put(checkedSize(`The ${record.kind} '${record.name}'`, encodeRegistryRecord(record)));
  }

  async list({
    kind,
    prefix = '',
    after,
    isDescending,
    limit,
  }: RegistryPageRequest): Promise<Page<RegistryRecord>> {
    const start = sortKey.registry(kind, prefix);
    const sign = isDescending === true ? -1 : 1;
    const found = this.#items
      .partitionOf(registryPartition)
      .filter((item) => item.item?.S?.startsWith(start))
      .map((item) => decodeRegistryRecord(kind, item))
      .sort((a, b) => sign * (a.name < b.name ? -1 : 1))
      .filter(({ name }) => after === undefined || (isDescending === true ? name < after : name > after));
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.filter(({ content }) => content !== undefined),
      ...(last && page.length < found.length && { cursor: last.name }),
    };
  }
}
