import type { JsonObject } from '../asl/json.ts';
import type { RegistryRecord } from '../orchestrator/table/registryItem.ts';
import type { RegistryPageRequest } from '../orchestrator/table/requests.ts';
import { type PagedList, pageSize, pageToken, positionOf } from './pageTokens.ts';
import type { Request } from './request.ts';
import { textIn } from './stateMachineRecord.ts';
import type { ApiSurroundings } from './surroundings.ts';

/** An item of a list, and where the list goes on after it. */
export interface Placed<Item> {
  readonly item: Item;
  readonly after: JsonObject;
}

/**
 * The page of a list that a request asks for, with the token of the next.
 *
 * @param from lists what comes after a position; absent: everything
 */
export async function requestedPage<Item>(
  request: Request,
  list: PagedList,
  from: (position: JsonObject | undefined) => AsyncIterable<Placed<Item>>,
): Promise<{ readonly items: readonly Item[]; readonly nextToken?: string }> {
  const size = pageSize(request.number('maxResults'));
  const token = request.maybeText('nextToken');
  const items: Item[] = [];
  let last: JsonObject | undefined;
  for await (const { item, after } of from(token === undefined ? undefined : positionOf(list, token))) {
    // One more than the page shows that there is another.
    if (items.length === size && last) return { items, nextToken: pageToken(list, last) };
    items.push(item);
    last = after;
  }
  return { items };
}

const atOnce = 100;

/** Records of the registry by name, after the one of a position. */
export async function* placedRecords(
  { table }: Pick<ApiSurroundings, 'table'>,
  request: Omit<RegistryPageRequest, 'limit' | 'after'>,
  position: JsonObject | undefined,
): AsyncGenerator<Placed<RegistryRecord>, void, undefined> {
  let after = position?.after === undefined ? undefined : textIn(position.after);
  do {
    const page = await table.registry.list({
      ...request,
      limit: atOnce,
      ...(after !== undefined && { after }),
    });
    for (const record of page.items) yield { item: record, after: { after: record.name } };
    after = page.cursor;
  } while (after !== undefined);
}
