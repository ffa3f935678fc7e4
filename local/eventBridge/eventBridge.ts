import { randomUUID } from 'node:crypto';
import type { RuleDescription, RuleTargetDescription } from '../../infra/description.ts';
import { type EventMatcher, eventMatcher } from '../../infra/eventPattern/eventPattern.ts';
import { defaultEventBusName } from '../../infra/rules.ts';
import { type Clock, systemClock } from '../clock.ts';
import {
  type EventBridgeEvent,
  eventOf,
  isoSeconds,
  type PutEventsEntry,
  type PutEventsResult,
} from './event.ts';
import { targetInput } from './targetInput.ts';

export interface EventBridgeOptions {
  /** Invokes a function asynchronously. A rejection is retried. */
  readonly invoke: (functionName: string, payload: string) => Promise<unknown>;
  /** Told of each event that a bus takes, before its rules. */
  readonly onEvent?: (event: EventBridgeEvent, eventBusName: string) => Promise<void> | void;
  /** Answers why an event is refused, on purpose. */
  readonly refuse?: (event: EventBridgeEvent) => string | undefined;
  /** @default the machine's clock */
  readonly clock?: Clock;
  readonly log?: (text: string) => void;
}

const account = '000000000000';
const region = 'us-east-1';

/** EventBridge tries for a day; here every pause is as short as a developer's patience. */
const retryPausesMs = [200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000];

interface CompiledRule extends RuleDescription {
  readonly matches: EventMatcher;
}

/**
 * EventBridge: buses, rules and their targets. Every target of every rule that matches gets an event at least once, in no
 * order.
 */
export class LocalEventBridge {
  readonly #options: EventBridgeOptions;
  readonly #clock: Clock;
  readonly #underWay = new Set<Promise<unknown>>();
  #eventBusNames: ReadonlySet<string> = new Set([defaultEventBusName]);
  #rules: readonly CompiledRule[] = [];
  #stopped = false;

  constructor(options: EventBridgeOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Deploys these buses and rules in place of all others. The default bus is always there.
   *
   * @throws InvalidEventPatternError
   */
  deploy(eventBusNames: readonly string[], rules: readonly RuleDescription[]): void {
    this.#rules = rules.map((rule) => ({ ...rule, matches: eventMatcher(rule.eventPattern) }));
    this.#eventBusNames = new Set([
      defaultEventBusName,
      ...eventBusNames,
      ...rules.map(({ eventBusName }) => eventBusName),
    ]);
  }

  /** `PutEvents`: an answer for each entry, in their order. */
  putEvents(entries: readonly PutEventsEntry[]): Promise<PutEventsResult[]> {
    return this.#track(this.#putAll(entries));
  }

  /** Whether a target has not got yet what is for it. */
  get isBusy(): boolean {
    return this.#underWay.size > 0;
  }

  /** Resolves when every target has got what is for it, or was given up. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Nothing is delivered any more. */
  stop(): void {
    this.#stopped = true;
  }

  /** Until it has settled. */
  #track<T>(work: Promise<T>): Promise<T> {
    const tracked: Promise<unknown> = work.catch(() => {}).finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
    return work;
  }

  async #putAll(entries: readonly PutEventsEntry[]): Promise<PutEventsResult[]> {
    const results: PutEventsResult[] = [];
    for (const entry of entries) results.push(await this.#put(entry));
    return results;
  }

  async #put(entry: PutEventsEntry): Promise<PutEventsResult> {
    const eventBusName = nameOf(entry.EventBusName ?? defaultEventBusName);
    const event = eventOf(entry, { id: randomUUID(), account, region, now: this.#clock.now() });
    if ('ErrorCode' in event) return event;
    if (!this.#eventBusNames.has(eventBusName)) {
      const message = `Event bus ${eventBusName} does not exist.`;
      return { ErrorCode: 'ResourceNotFoundException', ErrorMessage: message };
    }
    const reason = this.#options.refuse?.(event);
    if (reason !== undefined) return { ErrorCode: 'InternalFailure', ErrorMessage: reason };
    await this.#take(event, eventBusName, []);
    return { EventId: event.id };
  }

  /** @param from the buses that it has been on: none takes it twice, as it would without end */
  async #take(event: EventBridgeEvent, eventBusName: string, from: readonly string[]): Promise<void> {
    if (from.length === 0) await this.#options.onEvent?.(event, eventBusName);
    for (const rule of this.#rules) {
      if (rule.eventBusName !== eventBusName || !rule.matches(event)) continue;
      for (const target of rule.targets) this.#deliver(event, rule, target, [...from, eventBusName]);
    }
  }

  #deliver(
    event: EventBridgeEvent,
    rule: RuleDescription,
    target: RuleTargetDescription,
    from: readonly string[],
  ): void {
    const delivering = this.#send(event, rule, target, from).catch((error: unknown) =>
      this.#options.log?.(`Rule ${rule.name}, event ${event.id}: ${String(error)}`),
    );
    void this.#track(delivering);
  }

  async #send(
    event: EventBridgeEvent,
    rule: RuleDescription,
    target: RuleTargetDescription,
    from: readonly string[],
  ): Promise<void> {
    if ('eventBusName' in target) {
      if (!from.includes(target.eventBusName)) await this.#take(event, target.eventBusName, from);
      return;
    }
    const payload = targetInput(target, event, {
      ruleName: rule.name,
      ruleArn: `arn:aws:events:${region}:${account}:rule/${rule.name}`,
      ingestionTime: isoSeconds(this.#clock.now()),
    });
    for (const pauseMs of retryPausesMs) {
      if (this.#stopped) return;
      try {
        await this.#options.invoke(target.functionName, payload);
        return;
      } catch (error) {
        this.#options.log?.(
          `Rule ${rule.name} could not invoke ${target.functionName} yet: ${String(error)}`,
        );
      }
      await new Promise<void>((resolve) => this.#clock.after(pauseMs, resolve));
    }
    throw new Error(`${target.functionName} was not invoked in ${retryPausesMs.length} attempts.`);
  }
}

/** A bus may be named by its ARN. */
function nameOf(eventBusName: unknown): string {
  return String(eventBusName).replace(/^arn:[^/]*:event-bus\//, '');
}
