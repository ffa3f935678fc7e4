import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../asl/json.ts';
import { invalidToken } from './apiError.ts';

const validForMs = 24 * 60 * 60 * 1000;

/** A list whose pages have tokens: its operation, and the members of the request that say which list it is. */
export interface PagedList {
  readonly operation: string;
  readonly of: Json;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The token of the next page. It belongs to its list, for 24 hours. */
export function pageToken(list: PagedList, position: JsonObject): string {
  const content = JSON.stringify({ position, at: list.now });
  return `${Buffer.from(content).toString('base64url')}.${signature(list, content)}`;
}

/** @throws ApiError `InvalidToken` for a token of another list, one that has expired, and any other text */
export function positionOf(list: PagedList, token: string): JsonObject {
  const [encoded = '', signed] = token.split('.');
  const content = Buffer.from(encoded, 'base64url').toString('utf8');
  if (signed !== signature(list, content)) throw invalidToken();
  const { position, at } = JSON.parse(content);
  if (typeof at !== 'number' || list.now - at > validForMs || !isObject(position)) throw invalidToken();
  return position;
}

/** Not a secret: a token is no more than a place in a list that its holder may read. */
function signature({ operation, of }: PagedList, content: string): string {
  const text = JSON.stringify(['millrace', operation, of, content]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** The size of a page: 0 is the default, 100. */
export function pageSize(maxResults: number | undefined, byDefault = 100): number {
  return maxResults === undefined || maxResults === 0 ? byDefault : maxResults;
}
