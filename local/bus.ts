import { once } from 'node:events';
import { appendFile, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BusEvent, eventSourceName, type PublishFailure } from '../orchestrator/bus/bus.ts';
import type { EventBridgeEvent } from './eventBridge/event.ts';
import { LocalEventBridge } from './eventBridge/eventBridge.ts';
import { answerApi, targetHeader } from './eventBridge/putEventsApi.ts';

/** The local cloud's bus, as its user sees it. Events come at least once, as they do from a deployed bus. */
export interface LocalBus {
  /**
   * Takes events by EventBridge's `PutEvents`, and by the `POST` of a bus that is only an endpoint. Answers those of Millrace
   * by `GET`, a line of JSON each; `GET /?follow` does not end.
   */
  readonly endpoint: string;
  /** Those of Millrace: the latest 10,000, oldest first. */
  events(): readonly BusEvent[];
  /** Calls the listener with each event from now on. Answers how to stop that. */
  subscribe(listener: (event: BusEvent) => void): () => void;
}

export interface StartBusOptions {
  /** Appended to, a line of JSON for each event; what it held is there after a restart. @default nothing is kept */
  readonly file?: string;
  /** Answers why an event is refused, on purpose. */
  readonly refuse?: (event: BusEvent) => string | undefined;
  /** Invokes the target of a rule. @default there is no function */
  readonly invoke?: (functionName: string, payload: string) => Promise<unknown>;
  readonly log?: (text: string) => void;
}

export interface StartedBus extends LocalBus {
  /** Buses and rules of EventBridge. */
  readonly eventBridge: LocalEventBridge;
  stop(): Promise<void>;
}

const mostKept = 10_000;

export async function startBus(options: StartBusOptions = {}): Promise<StartedBus> {
  const kept = options.file === undefined ? [] : await readLines(options.file);
  const listeners = new Set<(event: BusEvent) => void>();
  let writing: Promise<unknown> = Promise.resolve();

  const take = async (events: readonly BusEvent[]): Promise<void> => {
    if (options.file !== undefined) await appendFile(options.file, events.map(line).join(''));
    kept.push(...events);
    if (kept.length > mostKept) kept.splice(0, kept.length - mostKept);
    for (const event of events) for (const listener of listeners) listener(event);
  };
  /** One call after the other, so that the order of the file is the order of the calls. */
  const takeInTurn = (events: readonly BusEvent[]): Promise<void> => {
    const taking = writing.then(() => take(events));
    writing = taking.catch(() => {});
    return taking;
  };
  const takePosted = async (events: readonly BusEvent[]): Promise<PublishFailure[]> => {
    const failures = events.flatMap((event) => {
      const reason = options.refuse?.(event);
      return reason === undefined ? [] : [{ id: event.detail.id, reason }];
    });
    const refused = new Set(failures.map(({ id }) => id));
    await takeInTurn(events.filter(({ detail }) => !refused.has(detail.id)));
    return failures;
  };
  const { refuse, log, invoke = noFunction } = options;
  const eventBridge = new LocalEventBridge({
    invoke,
    refuse: (event) => (isOfMillrace(event) ? refuse?.(busEventOf(event)) : undefined),
    onEvent: async (event) => {
      if (isOfMillrace(event)) await takeInTurn([busEventOf(event)]);
    },
    ...(log && { log }),
  });
  const subscribe: LocalBus['subscribe'] = (listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write(kept.map(line).join(''));
      if (!new URL(request.url ?? '/', 'http://bus').searchParams.has('follow')) {
        response.end();
        return;
      }
      response.flushHeaders();
      response.on(
        'close',
        subscribe((event) => response.write(line(event))),
      );
      return;
    }
    const body = await textOf(request);
    const operation = request.headers[targetHeader];
    if (typeof operation === 'string') {
      const { statusCode, body: answered } = await answerApi(eventBridge, operation, body);
      response.writeHead(statusCode, { 'content-type': 'application/x-amz-json-1.1' }).end(answered);
      return;
    }
    const events = eventsOf(body);
    if (!events) {
      response.writeHead(400).end('Send {"events": […]}, each as docs/reference/events.md has it.');
      return;
    }
    const failures = await takePosted(events);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ failures }));
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end(String(error));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    events: () => [...kept],
    subscribe,
    eventBridge,
    stop: async () => {
      eventBridge.stop();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await writing;
    },
  };
}

function noFunction(functionName: string): Promise<never> {
  return Promise.reject(new Error(`Function '${functionName}' does not exist.`));
}

function isOfMillrace({ source, detail }: EventBridgeEvent): boolean {
  return source === eventSourceName && typeof detail.id === 'string';
}

function busEventOf({ source, 'detail-type': detailType, time, detail }: EventBridgeEvent): BusEvent {
  return JSON.parse(JSON.stringify({ source, 'detail-type': detailType, time, detail }));
}

function line(event: BusEvent): string {
  return `${JSON.stringify(event)}\n`;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function eventsOf(text: string): BusEvent[] | undefined {
  const body = jsonOf(text);
  if (typeof body !== 'object' || body === null || !('events' in body) || !Array.isArray(body.events)) {
    return undefined;
  }
  return body.events.every(isEvent) ? body.events : undefined;
}

function isEvent(value: unknown): value is BusEvent {
  if (typeof value !== 'object' || value === null || !('detail' in value)) return false;
  const { detail } = value;
  return typeof detail === 'object' && detail !== null && 'id' in detail && typeof detail.id === 'string';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function readLines(file: string): Promise<BusEvent[]> {
  try {
    const lines = (await readFile(file, 'utf8')).split('\n').slice(-mostKept - 1);
    // A process that was killed may have left half a line.
    return lines.map(jsonOf).filter(isEvent);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
