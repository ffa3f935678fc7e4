import type { BusEvent } from '../../orchestrator/bus/bus.ts';
import { environmentVariable } from '../../orchestrator/configuration/configuration.ts';
import type { CommandContext } from '../context.ts';
import { CannotReachBusError, NoBusError } from '../errors.ts';
import { findCloud } from './resolveCloud.ts';

export interface BusEventsOptions {
  /** Goes on with what comes, until the bus or the signal ends it. */
  readonly isFollowing: boolean;
  readonly signal: AbortSignal;
}

/** @throws NoBusError */
export async function findBusEndpoint(context: CommandContext): Promise<string> {
  const cloud = await findCloud(context, {});
  const endpoint = (cloud?.environment ?? context.environment)[environmentVariable.busEndpoint];
  if (endpoint) return endpoint;
  throw new NoBusError(
    'No local cloud with a bus is running here: start `npx millrace dev`. For a deployed table, add a target to its bus.',
  );
}

/**
 * The events that the local cloud's bus has taken, oldest first.
 *
 * @throws CannotReachBusError
 */
export async function* readBusEvents(endpoint: string, options: BusEventsOptions): AsyncGenerator<BusEvent> {
  const { isFollowing, signal } = options;
  try {
    const response = await fetch(isFollowing ? `${endpoint}/?follow` : endpoint, { signal });
    if (!response.ok || !response.body) {
      throw new CannotReachBusError(`The bus at ${endpoint} answered ${response.status}.`);
    }
    for await (const line of linesOf(response.body)) yield JSON.parse(line) as BusEvent;
  } catch (error) {
    // A bus that ends while it is followed is at its end, as a file is.
    if (isFollowing && (signal.aborted || isTerminated(error))) return;
    signal.throwIfAborted();
    if (error instanceof CannotReachBusError || error instanceof SyntaxError) throw error;
    const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new CannotReachBusError(`The bus at ${endpoint} does not answer (${String(reason)}).`);
  }
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

function isTerminated(error: unknown): boolean {
  return error instanceof TypeError && error.message === 'terminated';
}
