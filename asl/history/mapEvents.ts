import type { Observation } from '../compile/observer.ts';
import type { Failure } from '../dataflow/handle.ts';
import { mapRunArnOf } from '../mapRunArns.ts';
import { Random } from '../random.ts';
import { type Chain, type MapRun, newChain, runsWithin } from './chain.ts';
import type { Chains } from './chains.ts';
import type { EventList } from './eventList.ts';
import { type HistorySubject, type Of, stopsAtOnce } from './historySubject.ts';
import type { ItemHistory } from './itemHistory.ts';
import { MapRunRecord } from './mapRunRecord.ts';
import { type Detailed, failureDetails } from './taskEvents.ts';

/** The events of Map states, of their iterations, and of the runs of distributed ones. */
export class MapEvents {
  readonly #subject: HistorySubject;
  readonly #list: EventList;
  readonly #chains: Chains;
  /** The runs of distributed Maps, in the order of their starts. */
  readonly runs: MapRunRecord[] = [];
  /** The runs and the items of distributed Maps that machines work for, by their addresses. */
  readonly #workOf = new Map<string, { readonly run: MapRunRecord; readonly item: number }>();
  readonly #newHistory: (actor: string) => ItemHistory;

  /** @param newHistory for an item of a distributed Map */
  constructor(
    subject: HistorySubject,
    list: EventList,
    chains: Chains,
    newHistory: (actor: string) => ItemHistory,
  ) {
    this.#subject = subject;
    this.#list = list;
    this.#chains = chains;
    this.#newHistory = newHistory;
  }

  start(chain: Chain, observation: Observation, happening: Of<'mapStarted'>): void {
    const { at, path } = observation;
    const { length, isDistributed, isRead, label } = happening;
    this.#list.append(chain, at, { type: 'MapStateStarted', details: { length } });
    const map: MapRun = {
      isDistributed,
      label,
      startedId: chain.last,
      concurrency: Number.POSITIVE_INFINITY,
      begun: 0,
      ended: [],
      open: new Set(),
    };
    chain.maps.set(path, map);
    if (isRead && isDistributed) this.#startRun(chain, map, observation, undefined);
  }

  startItems(chain: Chain, observation: Observation, happening: Of<'itemsStarted'>): void {
    const map = chain.maps.get(observation.path);
    if (map === undefined) return;
    map.concurrency = happening.concurrency;
    if (map.isDistributed) this.#startRun(chain, map, observation, happening.run);
    map.record?.itemsStarted(happening);
  }

  succeed(chain: Chain, { at, path }: Observation): void {
    const map = chain.maps.get(path);
    if (map === undefined) return;
    map.record?.end('SUCCEEDED', at);
    if (map.isDistributed) this.#list.append(chain, at, { type: 'MapRunSucceeded' });
    else chain.last = map.lastSucceededId ?? map.startedId;
    this.#list.add(at, chain.last, { type: 'MapStateSucceeded' });
  }

  fail(chain: Chain, { at, path }: Observation, { failure, hasWritten }: Of<'mapFailed'>): void {
    const map = chain.maps.get(path);
    if (map === undefined) return;
    if (map.isDistributed) {
      map.record?.end('FAILED', at);
      if (hasWritten) map.record?.wrote();
      this.#list.append(chain, at, { type: 'MapRunFailed', details: failureDetails(failure) });
      return;
    }
    const { failing } = map;
    if (failing === undefined) return;
    chain.last = failing.last;
    for (const open of map.open) this.cut(runsWithin(open), at);
    if (stopsAtOnce(failing.failure)) return;
    for (const open of map.open) this.#list.abortIteration(open, at, failing.last);
    map.open.clear();
  }

  /** Runs that do not go on. */
  cut(runs: Iterable<MapRunRecord>, at: number, cut?: 'TIMED_OUT'): void {
    for (const run of runs) run.end('ABORTED', at, cut);
  }

  /** The item of an inline Map begins. @returns undefined for that of a distributed one */
  startIteration({ at, actor, parent, item, path }: Observation): Chain | undefined {
    const found = this.#chains.mapOf(parent, path);
    if (found === undefined || item === undefined) return undefined;
    const { map, name } = found;
    if (map.isDistributed) {
      this.#chains.setElsewhere(actor);
      return undefined;
    }
    const before = map.begun < map.concurrency ? undefined : map.ended.shift();
    map.begun += 1;
    const details = { name, index: item };
    const id = this.#list.add(at, before ?? map.startedId, { type: 'MapIterationStarted', details });
    const chain = newChain(id, { ...details, map });
    map.open.add(chain);
    this.#chains.put(actor, '', chain);
    return chain;
  }

  /** The last state of an iteration, if the chain is one, was left. */
  succeedIteration(chain: Chain, at: number): void {
    if (chain.iteration === undefined) return;
    const { map, ...details } = chain.iteration;
    map.lastSucceededId = this.#list.add(at, chain.last, { type: 'MapIterationSucceeded', details });
    map.ended.push(chain.last);
    map.open.delete(chain);
  }

  failIteration(chain: Chain, at: number, failure: Failure): void {
    if (chain.iteration === undefined) return;
    const { map, ...details } = chain.iteration;
    map.open.delete(chain);
    map.ended.push(chain.last);
    map.failing = chain;
    if (!stopsAtOnce(failure)) this.#list.add(at, chain.last, { type: 'MapIterationFailed', details });
  }

  /** An item of a distributed Map, or what works for one. */
  observeItem(observation: Observation): void {
    const { actor, parent, path, scope, item, happening } = observation;
    if (item === undefined) return;
    const around = this.#workOf.get(parent ?? '');
    if (around !== undefined || this.#chains.isElsewhere(parent)) {
      if (around === undefined) return;
      this.#workOf.set(actor, around);
      around.run.observeWithin(around.item, observation);
      return;
    }
    // A Map that is retried has items of the same addresses.
    if (happening.type === 'entered' && scope === '') {
      const run = this.#chains.mapOf(parent, path)?.map.record;
      if (run) this.#workOf.set(actor, { run, item });
    }
    const isWanted = item === this.#subject.item;
    this.#workOf.get(actor)?.run.observe(observation, isWanted ? () => this.#newHistory(actor) : undefined);
  }

  /** The run's id is drawn once its items are known, which may be after its start. */
  #startRun(chain: Chain, map: MapRun, observation: Observation, run: string | undefined): void {
    const { at, name, path } = observation;
    const { arn, machine, executionId, actor = executionId } = this.#subject;
    const id = run ?? new Random(`${actor}#${map.startedId}`).uuid();
    const label = map.label ?? name;
    const mapRunArn = mapRunArnOf({ arn, machine, label, executionId, run: id });
    const record = new MapRunRecord(
      { run: id, arn: mapRunArn, label, at, path, actor: observation.actor },
      map.record,
    );
    const event: Detailed = { type: 'MapRunStarted', details: { mapRunArn } };
    if (map.runId === undefined) {
      this.#list.append(chain, at, event);
      map.runId = chain.last;
      map.record = record;
      this.runs.push(record);
      return;
    }
    if (run === undefined) return;
    this.#list.replace(map.runId, event);
    if (map.record) this.runs.splice(this.runs.indexOf(map.record), 1, record);
    map.record = record;
  }
}
