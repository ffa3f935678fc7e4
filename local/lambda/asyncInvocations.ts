import { randomUUID } from 'node:crypto';
import type { DestinationDescription, EventInvokeDescription } from '../../infra/description.ts';
import type { Clock } from '../clock.ts';
import type { LambdaFaultDraws } from '../faults.ts';
import type { InvocationOutcome, InvocationRequest } from './environment.ts';
import { FifoQueue } from './fifoQueue.ts';
import { accountId, functionArn, latestVersion } from './functionReference.ts';
import { type InvocationCondition, invocationRecord } from './invocationRecord.ts';
import type { LambdaLog } from './log.ts';
import type { MetricsRegister } from './metrics.ts';
import { payloadLimitBytes } from './payloadLimits.ts';

interface AsyncEvent {
  readonly functionName: string;
  readonly requestId: string;
  readonly payload: string;
  readonly acceptedAtMs: number;
  attempts: number;
  lastOutcome: InvocationOutcome | undefined;
}

/** Puts an invocation record on an event bus: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
export type PutDestinationEvent = (eventBusName: string, entry: DestinationEvent) => Promise<void>;

export interface DestinationEvent {
  readonly Source: 'lambda';
  readonly DetailType: string;
  /** ARNs of the bus and the function. */
  readonly Resources: readonly string[];
  /** JSON. */
  readonly Detail: string;
}

export interface AsyncInvocationsOptions {
  readonly region: string;
  readonly clock: Clock;
  readonly faults: LambdaFaultDraws;
  /** Milliseconds that an event takes until it is in the function's queue. */
  readonly delayMs: () => number;
  readonly metrics: MetricsRegister;
  readonly log: LambdaLog;
  /** Waits before the first and the second retry. */
  readonly retryDelaysMs: readonly number[];
  readonly isDeployed: (functionName: string) => boolean;
  readonly eventInvokeConfig: (functionName: string) => EventInvokeDescription;
  /** Where records for an event bus go. */
  readonly putEvent: PutDestinationEvent | undefined;
  /** There is something to take. */
  readonly onQueued: () => void;
}

const defaultMaximumRetryAttempts = 2;
const defaultMaximumEventAgeSeconds = 21_600;

/**
 * Asynchronous invocation: a queue for each function, retries of function errors, maximum age and destinations.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export class AsyncInvocations {
  readonly #options: AsyncInvocationsOptions;
  readonly #queues = new Map<string, FifoQueue<AsyncEvent>>();
  readonly #pending = new Map<string, number>();
  #stopped = false;
  #idleWaiters: { ignoring: readonly string[]; resolve: () => void }[] = [];

  constructor(options: AsyncInvocationsOptions) {
    this.#options = options;
  }

  /** Events accepted and not done with. */
  pending(ignoring: readonly string[] = []): number {
    let total = 0;
    for (const [functionName, count] of this.#pending) if (!ignoring.includes(functionName)) total += count;
    return total;
  }

  accept(functionName: string, payload: string, requestId: string = randomUUID()): void {
    const { metrics, faults, clock } = this.#options;
    const counters = metrics.of(functionName);
    counters.asyncEventsReceived += 1;
    const delaysMs = faults.deliveries(functionName).map((ms) => ms + this.#options.delayMs());
    if (delaysMs.length === 0) counters.asyncEventsDropped += 1;
    const acceptedAtMs = clock.now();
    for (const delayMs of delaysMs) {
      this.#pending.set(functionName, (this.#pending.get(functionName) ?? 0) + 1);
      const event = { functionName, requestId, payload, acceptedAtMs, attempts: 0, lastOutcome: undefined };
      if (delayMs === 0) this.#enqueue(event);
      else clock.after(delayMs, () => this.#enqueue(event));
    }
  }

  /** Functions that have an event to take. */
  *queuedFunctionNames(): Iterable<string> {
    for (const [functionName, queue] of this.#queues) if (queue.length > 0) yield functionName;
  }

  /** The next event of a function that is not too old; the caller runs it. */
  take(functionName: string): InvocationRequest | undefined {
    const queue = this.#queues.get(functionName);
    if (queue === undefined) return undefined;
    for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
      if (this.#isTooOld(event)) this.#finish(event, 'EventAgeExceeded');
      else return this.#request(event);
    }
    return undefined;
  }

  /** Gives up what waited too long, also where the function is throttled and nothing is taken. */
  dropTooOld(): void {
    for (const queue of this.#queues.values()) {
      for (const event of queue.extract((each) => this.#isTooOld(each))) {
        this.#finish(event, 'EventAgeExceeded');
      }
    }
  }

  /** Gives up the events of a function that is no longer deployed. */
  discard(functionName: string): void {
    const queue = this.#queues.get(functionName);
    this.#queues.delete(functionName);
    for (let event = queue?.shift(); event !== undefined; event = queue?.shift()) this.#discardEvent(event);
  }

  /** Resolves when no event of a function that is not ignored is queued, running or waiting for a retry. */
  idle(ignoring: readonly string[]): Promise<void> {
    if (this.pending(ignoring) === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push({ ignoring, resolve }));
  }

  /** Forgets all events: nothing is delivered any more. */
  stop(): void {
    this.#stopped = true;
    this.#queues.clear();
    this.#pending.clear();
    this.#resolveIdle();
  }

  #enqueue(event: AsyncEvent): void {
    if (this.#stopped) return;
    if (!this.#options.isDeployed(event.functionName)) {
      this.#discardEvent(event);
      return;
    }
    let queue = this.#queues.get(event.functionName);
    if (queue === undefined) {
      queue = new FifoQueue();
      this.#queues.set(event.functionName, queue);
    }
    queue.push(event);
    this.#options.onQueued();
  }

  #request(event: AsyncEvent): InvocationRequest {
    const { onSuccess, onFailure } = this.#options.eventInvokeConfig(event.functionName);
    return {
      requestId: event.requestId,
      payload: event.payload,
      wantsResult: onSuccess !== undefined || onFailure !== undefined,
      settle: (outcome) => this.#settled(event, outcome),
    };
  }

  #settled(event: AsyncEvent, outcome: InvocationOutcome): void {
    if (this.#stopped) return;
    event.attempts += 1;
    event.lastOutcome = outcome;
    if (!outcome.functionError) {
      this.#finish(event, 'Success');
      return;
    }
    const { eventInvokeConfig, retryDelaysMs, clock } = this.#options;
    const retries = eventInvokeConfig(event.functionName).maximumRetryAttempts ?? defaultMaximumRetryAttempts;
    if (event.attempts > retries) {
      this.#finish(event, 'RetriesExhausted');
      return;
    }
    const delayMs = retryDelaysMs[event.attempts - 1] ?? retryDelaysMs.at(-1) ?? 0;
    clock.after(delayMs, () => {
      if (this.#isTooOld(event)) this.#finish(event, 'EventAgeExceeded');
      else this.#enqueue(event);
    });
  }

  #isTooOld(event: AsyncEvent): boolean {
    const { eventInvokeConfig, clock } = this.#options;
    const seconds =
      eventInvokeConfig(event.functionName).maximumEventAgeSeconds ?? defaultMaximumEventAgeSeconds;
    return clock.now() - event.acceptedAtMs > seconds * 1000;
  }

  #finish(event: AsyncEvent, condition: InvocationCondition): void {
    if (this.#stopped) return;
    const { eventInvokeConfig, metrics } = this.#options;
    const { onSuccess, onFailure } = eventInvokeConfig(event.functionName);
    const destination = condition === 'Success' ? onSuccess : onFailure;
    if (destination !== undefined) this.#deliver(event, condition, destination);
    if (condition !== 'Success') {
      metrics.of(event.functionName).asyncEventsDropped += 1;
      if (destination === undefined) this.#report(event, `Event ${event.requestId} given up: ${condition}.`);
    }
    this.#done(event);
  }

  #deliver(event: AsyncEvent, condition: InvocationCondition, destination: DestinationDescription): void {
    const { clock, region, metrics, isDeployed } = this.#options;
    const record = invocationRecord({
      timestamp: new Date(clock.now()).toISOString(),
      requestId: event.requestId,
      functionArn: functionArn(region, event.functionName),
      condition,
      approximateInvokeCount: event.attempts,
      requestPayload: event.payload,
      response: event.lastOutcome,
    });
    if (typeof destination !== 'string') {
      this.#putOnBus(event, condition, destination.eventBusName, record);
      return;
    }
    if (isDeployed(destination) && Buffer.byteLength(record) <= payloadLimitBytes.Event) {
      this.accept(destination, record);
      return;
    }
    metrics.of(event.functionName).destinationDeliveryFailures += 1;
    const reason = isDeployed(destination) ? 'the record is over 1 MB' : 'no such function';
    this.#report(event, `Destination "${destination}" did not get event ${event.requestId}: ${reason}.`);
  }

  #putOnBus(event: AsyncEvent, condition: InvocationCondition, eventBusName: string, record: string): void {
    const { region, metrics, putEvent } = this.#options;
    const failed = (reason: string) => {
      metrics.of(event.functionName).destinationDeliveryFailures += 1;
      this.#report(event, `Event bus "${eventBusName}" did not get event ${event.requestId}: ${reason}.`);
    };
    if (putEvent === undefined) {
      failed('there is no bus');
      return;
    }
    const result = condition === 'Success' ? 'Success' : 'Failure';
    const entry: DestinationEvent = {
      Source: 'lambda',
      DetailType: `Lambda Function Invocation Result - ${result}`,
      Resources: [
        `arn:aws:events:${region}:${accountId}:event-bus/${eventBusName}`,
        `${functionArn(region, event.functionName)}:${latestVersion}`,
      ],
      Detail: record,
    };
    putEvent(eventBusName, entry).catch((error: unknown) => failed(String(error)));
  }

  #discardEvent(event: AsyncEvent): void {
    this.#options.metrics.of(event.functionName).asyncEventsDropped += 1;
    this.#report(event, `Event ${event.requestId} given up: the function is no longer deployed.`);
    this.#done(event);
  }

  #report(event: AsyncEvent, message: string): void {
    this.#options.log({ functionName: event.functionName, source: 'platform', message });
  }

  #done({ functionName }: AsyncEvent): void {
    this.#pending.set(functionName, (this.#pending.get(functionName) ?? 1) - 1);
    if (this.#idleWaiters.length > 0) this.#resolveIdle();
  }

  #resolveIdle(): void {
    const waiters = this.#idleWaiters;
    this.#idleWaiters = waiters.filter(({ ignoring }) => this.pending(ignoring) > 0);
    for (const { ignoring, resolve } of waiters) if (this.pending(ignoring) === 0) resolve();
  }
}
