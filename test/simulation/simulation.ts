import type { NudgeEvent } from '../../orchestrator/contract/nudge.ts';
import { inlinedEntryOf } from '../../orchestrator/core/execution/model/inlinedResult.ts';
import { parseLog } from '../../orchestrator/core/execution/model/log.ts';
import type { MachineLookup } from '../../orchestrator/core/execution/model/machines.ts';
import { keptFor } from '../../orchestrator/core/policy/retention.ts';
import type { Report } from '../../orchestrator/observability/report.ts';
import type { Attributes } from '../../orchestrator/table/attributes.ts';
import { decodeExecution } from '../../orchestrator/table/executionItem.ts';
import { decodeJournalItem } from '../../orchestrator/table/journalItems.ts';
import { isExpired } from '../../orchestrator/table/retention.ts';
import { Ageing } from './ageing.ts';
import { checkAll, checkRunOnce } from './checkAll.ts';
import { SimulatedClock } from './clock.ts';
import { SimulatedDatabase } from './database.ts';
import { type Changes, Deployment, noChanges, worksInParts } from './deployment.ts';
import { Draws } from './draws.ts';
import { EndlessStops } from './endless.ts';
import { expire } from './expiry.ts';
import { drawProfile, type FaultProfile, isCalm } from './faults.ts';
import { Instances } from './instances.ts';
import { InvariantError } from './invariantError.ts';
import { SimulatedLambda } from './lambda.ts';
import { Nudges } from './nudges.ts';
import { mostSkewMs, Observer } from './observer.ts';
import { drawOperations, type Operation } from './operations.ts';
import type { World } from './process.ts';
import { comeToRest, mostUntilStopped } from './rest.ts';
import { Schedule } from './schedule.ts';
import { SimulatedStore } from './store.ts';
import { SimulatedStream } from './stream.ts';
import { Users } from './users.ts';
import { workOf } from './work.ts';

export interface SimulationOptions {
  readonly seed: number;
  /** Kinds of faults, and single ones, that do not strike. */
  readonly without?: ReadonlySet<string>;
  /** Places of operations that are not done. */
  readonly withoutOperations?: ReadonlySet<number>;
  /** Told of each call, fault and operation. */
  readonly trace?: (line: string) => void;
}

/** The summary of a run. */
export interface SimulationResult {
  readonly seed: number;
  readonly executions: number;
  readonly commits: number;
  readonly happened: number;
  /** Executions that were compared with XState's own actor. */
  readonly compared: number;
  readonly faults: readonly string[];
  readonly operations: readonly Operation[];
  /** Its items were deleted at the end, and an id was used again. */
  readonly hasExpired: boolean;
  readonly error?: Error;
}

const layout = { indexShards: 1, retentionDays: 1 };
const retention = keptFor(layout.retentionDays);
/** Virtual time in which faults strike. */
const faultsMs = 120_000;
const maxEvents = 700;
/** While executions grow old, and while their items expire. */
const mostInAge = 3000;
/** The time of a timer, without faults. */
const longestOverdueMs = 2000;
/** Runs one seed. The result has the invariant that was broken, if one was. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const simulation = new Simulation(options);
  let error: Error | undefined;
  try {
    await simulation.run();
  } catch (thrown) {
    error = thrown instanceof Error ? thrown : new Error(String(thrown));
  }
  return { ...simulation.result(), ...(error && { error }) };
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #draws: Draws;
  readonly #profile: FaultProfile;
  readonly #schedule = new Schedule();
  readonly #world: World;
  readonly #database: SimulatedDatabase;
  readonly #observer: Observer;
  readonly #lambda: SimulatedLambda;
  readonly #instances: Instances;
  readonly #stream: SimulatedStream;
  readonly #clock: SimulatedClock;
  readonly #operations: readonly Operation[];
  readonly #users: Users;
  readonly #deployment: Deployment;
  readonly #hasChains: boolean;
  readonly #hasNudges: boolean;
  readonly #inlines: boolean;
  readonly #nudges: Nudges;
  readonly #dropped: string[] = [];
  readonly #endless: EndlessStops;
  /** Hands the work that was open in them to its workers once more. */
  readonly #redriven = new Set<string>();
  readonly #store: SimulatedStore;
  #ageing: Ageing | undefined;
  #jumpedAt = 0;
  #compared = 0;
  #hasExpired = false;

  constructor(options: SimulationOptions) {
    const { seed, without } = options;
    this.#options = options;
    const random = new Draws(seed, {});
    this.#profile = drawProfile(seed, () => random.fraction('profile'));
    this.#draws = new Draws(seed, this.#profile, without);
    this.#draws.onFault = (fault) => this.#trace(() => `fault ${fault}`);
    this.#observer = new Observer(() => this.#schedule.now, this.#profile);
    const pageSize = random.oneOf([1, 3, 1000], 'page');
    const hasSkew = this.#draws.strikes('clockSkew');
    const hasLateIndex = this.#draws.strikes('lateIndex');
    this.#database = new SimulatedDatabase(
      {
        lagMs: () => (hasLateIndex ? this.#draws.below(2500, 'index') : 0),
        later: (ms, run) => this.#schedule.later(ms, run),
        now: () => this.#schedule.now,
      },
      {
        onWrite: (item, before) => this.#onWrite(item, before),
        pageSize: () => pageSize,
        unseenWrites: () => (this.#draws.strikes('lateRead') ? 1 + this.#draws.below(3, 'read') : 0),
      },
    );
    this.#world = {
      schedule: this.#schedule,
      draws: this.#draws,
      database: this.#database,
      mostSkewMs: hasSkew ? mostSkewMs : 0,
      trace: (line) => this.#trace(line),
    };
    this.#store = new SimulatedStore(this.#schedule);
    this.#hasChains = random.chance(0.5, 'chain');
    this.#hasNudges = random.chance(0.5, 'nudge');
    this.#inlines = this.#hasChains && random.chance(0.7, 'inline');
    const isMixed = random.chance(0.2, 'release');
    this.#operations = drawOperations(random, this.#hasChains).filter(
      (_, i) => !options.withoutOperations?.has(i),
    );
    this.#deployment = new Deployment(this.#operations);
    this.#users = new Users(this.#world, layout);
    this.#endless = new EndlessStops(this.#database, (executionId, eventId) =>
      this.#schedule.begin(this.#users.control(executionId, eventId, 'stop')),
    );
    const report = (each: Report) => this.#onReport(each);
    this.#lambda = new SimulatedLambda(this.#world, {
      layout,
      work: workOf(seed),
      handOverOf: (payload) => this.#observer.attempts.handOverOf(payload),
      machinesOfHost: () => this.#machinesOfHost(),
      onChain: (payload) => this.#observer.onChain(payload),
      onChained: (payload, cause) => this.#observer.onChained(payload, cause),
      onChainCommit: (executionId, cause, run) => this.#observer.onChainCommit(executionId, cause, run),
      onLeft: (executionId, item) => this.#observer.onLeft(executionId, item),
      onForgotten: (executionId, item) => this.#observer.onForgotten(executionId, item),
      nudge: (event) => this.#nudges.invoke(event),
      recover: (event) => this.#instances.recover(event),
      report,
      isMixed,
    });
    this.#lambda.onInvoke = (payload) => this.#observer.onInvoke(payload);
    this.#lambda.onCancel = (payload) => this.#observer.onCancel(payload);
    this.#instances = new Instances(this.#deployment.lookup(), {
      world: this.#world,
      layout,
      store: this.#store,
      retention,
      waitForMachineMs: random.oneOf([30_000, 900_000], 'wait'),
      chain: this.#hasChains ? { isDefault: true, inlines: this.#inlines } : undefined,
      isMixed,
      hasNudges: this.#hasNudges,
      onLostCommit: (executionId, version, since) => this.#observer.onLostCommit(executionId, version, since),
      invokerOf: (process) => this.#lambda.invokerOf(process),
      report,
    });
    this.#nudges = new Nudges(this.#world, {
      begin: (event) => this.#instances.nudge(event),
      recover: (event) => this.#instances.recover(event),
      wasInvoked: (executionId, item) => this.#lambda.wasInvoked(executionId, item),
      isDeployed: (...machine) => this.#instances.machines.find(...machine) !== undefined,
      onLeft: (executionId, item) => this.#observer.onNudgeLeft(executionId, item),
    });
    this.#stream = new SimulatedStream(this.#world, this.#instances);
    this.#clock = new SimulatedClock(this.#world, layout, this.#instances, report);
  }

  async run(): Promise<void> {
    const { now } = this.#schedule;
    for (const operation of this.#operations) {
      this.#schedule.later(operation.atMs, () => this.#schedule.begin(this.#do(operation)));
    }
    await this.#runUntil(now + faultsMs, maxEvents);
    const growsOld = this.#draws.chance(0.15, 'ageing');
    const hasFaultsInAge = growsOld && this.#draws.chance(0.5, 'ageing');
    if (hasFaultsInAge) await this.#age();
    // The rest is done, too: not before its time, but without faults.
    this.#draws.endFaults();
    this.#trace(() => 'faults have ended');
    if (growsOld && !hasFaultsInAge) await this.#age();
    const lastAt = now + Math.max(faultsMs, ...this.#operations.map(({ atMs }) => atMs + 1));
    await this.#runUntil(lastAt, mostUntilStopped);
    await this.#comeToRest();
    await this.#check(this.#database.executionIds());
    if (this.#draws.chance(0.1, 'expiry')) await this.#expire();
  }

  result(): Omit<SimulationResult, 'error'> {
    return {
      seed: this.#options.seed,
      executions: this.#database.executionIds().length,
      commits: this.#observer.commits,
      happened: this.#schedule.happened,
      compared: this.#compared,
      faults: this.#draws.struck,
      operations: this.#operations,
      hasExpired: this.#hasExpired,
    };
  }

  /** Answers whether nothing more is to happen by then. */
  async #runUntil(until: number, most: number): Promise<boolean> {
    for (let happened = 0; happened < most; happened++) {
      const nextAt = this.#schedule.nextAt();
      const lookAt = this.#clock.nextLookAt();
      const at = Math.min(nextAt, lookAt);
      if (at > until || at === Number.POSITIVE_INFINITY) {
        if (until !== Number.POSITIVE_INFINITY) this.#schedule.now = Math.max(this.#schedule.now, until);
        return true;
      }
      if (nextAt <= lookAt) await this.#schedule.next();
      else {
        this.#schedule.now = Math.max(this.#schedule.now, lookAt);
        this.#clock.look();
        if (isCalm(this.#options.seed)) this.#checkPunctual();
        await this.#schedule.settle();
      }
      this.#observer.check();
      this.#ageing?.talk();
      await this.#ageing?.check();
    }
    return false;
  }

  /** Without faults the clock comes to an execution within the second, and a little for the wake itself. */
  #checkPunctual(): void {
    const { now } = this.#schedule;
    for (const { executionId, dueAt, writtenAt } of this.#database.due((item) => this.#clock.isLeft(item))) {
      const ms = now - Math.max(dueAt, writtenAt, this.#jumpedAt);
      if (ms <= longestOverdueMs) continue;
      throw new InvariantError(6, executionId, `it is overdue for ${ms} ms, and nothing has woken it.`);
    }
  }

  #comeToRest(): Promise<void> {
    this.#deploy(noChanges);
    return comeToRest({
      world: this.#world,
      users: this.#users,
      run: (most) => this.#runUntil(Number.POSITIVE_INFINITY, most),
      onRedrive: (executionId) => this.#redriven.add(executionId),
    });
  }

  /** Faults go on while data is renewed for the first time. A fault every hour, all day long, would lose the data. */
  async #age(): Promise<void> {
    const faultsMs = retention.renewedAfterMs + retention.keptMs / 5;
    this.#schedule.later(faultsMs, () => this.#draws.endFaults());
    const ageing = new Ageing(this.#world, this.#store, retention, this.#users, (id) =>
      this.#redriven.add(id),
    );
    this.#trace(() => 'time passes');
    this.#ageing = ageing;
    await this.#passUntil(ageing.endsAt);
    // The clock renews no data from now on.
    this.#ageing = undefined;
  }

  async #passUntil(until: number): Promise<void> {
    this.#clock.renewing(true);
    await this.#runUntil(until, mostInAge);
    this.#clock.renewing(false);
    // An execution with more to do than a run should take is late now.
    if (this.#schedule.now < until) this.#trace(() => 'there is too much to do');
  }

  async #expire(): Promise<void> {
    const runsOf = (executionId: string) =>
      this.#lambda.runs.filter(
        (run) => run.startsWith(`${executionId}/`) || run.startsWith(`${executionId}.`),
      ).length;
    const executionId = await expire({
      world: this.#world,
      users: this.#users,
      observer: this.#observer,
      comeToRest: () => this.#comeToRest(),
      passTime: async (ms) => {
        const until = this.#schedule.now + ms;
        await this.#passUntil(until);
        this.#schedule.now = Math.max(this.#schedule.now, until);
        this.#jumpedAt = this.#schedule.now;
      },
      runsOf,
    });
    const start = this.#operations.find(
      (operation) => operation.type === 'start' && operation.executionId === executionId,
    );
    if (start?.type !== 'start') return;
    this.#hasExpired = true;
    this.#endless.forget(start.executionId);
    this.#lambda.forget(start.executionId);
    await this.#startAgain(start);
  }

  async #startAgain({ executionId, machine, input }: Extract<Operation, { type: 'start' }>): Promise<void> {
    this.#schedule.begin(this.#users.start(executionId, machine, input));
    await this.#comeToRest();
    const tree = this.#database
      .executionIds()
      .filter((id) => id === executionId || id.startsWith(`${executionId}.`));
    await this.#check(tree);
    if (!this.#database.get(executionId, 'execution')) {
      throw new InvariantError(7, executionId, 'its id was used again, and it never began.');
    }
  }

  async #check(executionIds: readonly string[]): Promise<void> {
    if (this.#dropped.length > 0) throw new InvariantError(8, '*', this.#dropped.join(' '));
    const { stored } = this.#observer;
    // An item for an expired execution is left lying: it begins nothing.
    const kept = executionIds.filter((id) => {
      const item = this.#database.get(id, 'execution');
      return !item || !isExpired(item, this.#schedule.now);
    });
    this.#compared += await checkAll(kept, this.#database, this.#deployment, stored, (executionId, item) =>
      this.#lambda.endsOf(executionId, item),
    );
    const [twice] = this.#lambda.begunTwice;
    if (twice !== undefined) throw new InvariantError(10, twice, 'its worker must not begin twice, and did.');
    const [again] = this.#lambda.dispatchedTwice;
    if (again !== undefined) throw new InvariantError(10, again, 'one instance has dispatched it twice.');
    if (!isCalm(this.#options.seed)) return;
    const isDeployed = this.#operations.every(({ type }) => type !== 'deploy');
    if (isDeployed) this.#lambda.jobs.checkNoneIsLeft();
    checkRunOnce(this.#lambda.runs, this.#redriven, (run) => this.#observer.attempts.mayRepeat(run));
  }

  #start({ executionId, machine, input }: Extract<Operation, { type: 'start' }>): Promise<void> {
    return this.#users.start(executionId, machine, input, this.#nudge());
  }

  /** With chains or nudges, clients are direct as often as not. */
  #nudge(): ((event: NudgeEvent) => void) | undefined {
    const isDirect = (this.#hasChains || this.#hasNudges) && this.#draws.chance(0.5, 'direct');
    return isDirect ? (event) => this.#nudges.invoke(event) : undefined;
  }

  /** The item of an attempt whose result is in the log. */
  async #insertForeign(executionId: string): Promise<void> {
    const item = this.#database.get(executionId, 'execution');
    const inlined = item
      ? parseLog(decodeExecution(item).log).flatMap((entry) => inlinedEntryOf(entry) ?? [])
      : [];
    const entry = inlined[this.#draws.below(inlined.length, 'foreign')];
    if (entry) await this.#users.result(executionId, entry.task, entry.attempt, 'not asked for');
  }

  #deploy(changes: Changes): void {
    this.#instances.deploy(this.#deployment.lookup(changes));
  }

  async #do(operation: Operation): Promise<void> {
    this.#trace(() => `operation ${JSON.stringify(operation)}`);
    switch (operation.type) {
      case 'start':
        return this.#start(operation);
      case 'event': {
        const { executionId, eventId, event, fields } = operation;
        return this.#users.send(executionId, eventId, { type: event, event: fields }, this.#nudge());
      }
      case 'control':
        if (operation.control === 'redrive') this.#redriven.add(operation.executionId);
        return this.#users.control(operation.executionId, operation.eventId, operation.control);
      case 'updateList': {
        const { executionId, task, number, concurrency, tolerated } = operation;
        const content = { control: 'updateList', task, number, limits: { concurrency, tolerated } } as const;
        return this.#users.send(executionId, `update-${task}-${number}`, content, this.#nudge());
      }
      case 'answer':
        return this.#users.answer(operation.executionId, 'yes');
      case 'rogueResult':
        // Before there is an execution it has no meaning, and is left lying.
        if (!this.#database.get(operation.executionId, 'execution')) return;
        return this.#users.result(operation.executionId, operation.task, operation.attempt, 'not asked for');
      case 'foreignResult':
        return this.#insertForeign(operation.executionId);
      case 'deploy': {
        const { change, machine } = operation;
        // An execution that began with the changed machine could never go on with the repaired one.
        const isKnown = change !== 'incompatible' || this.#haveAllBegun(machine);
        this.#deploy(change === 'none' || !isKnown ? noChanges : new Map([[machine, change]]));
      }
    }
  }

  /** A deployment reaches the functions one after the other. */
  #machinesOfHost(): MachineLookup {
    const drawn = this.#draws.fraction('host');
    if (drawn < 0.1) return this.#deployment.lookupOfOtherHost();
    return drawn < 0.3 ? this.#deployment.lookup() : this.#instances.machines;
  }

  #haveAllBegun(machine: string): boolean {
    // The parts of a long list begin at any time.
    if (worksInParts(machine)) return false;
    return this.#operations.every((operation) => {
      if (operation.type !== 'start' || operation.machine !== machine) return true;
      const { executionId } = operation;
      // A redrive goes on by what is deployed then, with the policies of that.
      const isRedriven = this.#operations.some(
        (other) =>
          other.type === 'control' && other.control === 'redrive' && other.executionId === executionId,
      );
      return !isRedriven && this.#database.get(executionId, 'execution')?.snapshot !== undefined;
    });
  }

  #onWrite(item: Attributes, before: Attributes | undefined): void {
    this.#observer.onWrite(item, before);
    if (item.item?.S === 'execution') {
      if (before === undefined) this.#schedule.begin(this.#store.begin(item.executionId?.S ?? ''));
      const isRenewal = before !== undefined && before.renewedAt?.N !== item.renewedAt?.N;
      if (!isRenewal) this.#endless.onCommit(item, this.#observer.isBusy);
    }
    if (before === undefined && decodeJournalItem(item)) this.#stream.append(item);
  }

  #onReport(report: Report): void {
    this.#trace(() => `report ${JSON.stringify(report).slice(0, 300)}`);
    if (report.type === 'dropped') this.#dropped.push(`${report.executionId} was dropped: ${report.error}`);
    if (report.type === 'waiting') this.#dropped.push(`${report.executionId}: ${report.error}`);
  }

  #trace(line: () => string): void {
    this.#options.trace?.(`${String(this.#schedule.now - 1_700_000_000_000).padStart(8)} ${line()}`);
  }
}
