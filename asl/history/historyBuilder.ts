import type { Happening, Observation } from '../compile/observer.ts';
import type { Failure } from '../dataflow/handle.ts';
import type { Json, JsonObject } from '../json.ts';
import { mapRunArnOf } from '../mapRunArns.ts';
import type { StateType } from '../model/model.ts';
import { Random } from '../random.ts';
import { errorNames } from '../statesError.ts';
import { type Chain, type MapRun, newChain, runsWithin } from './chain.ts';
import { evaluationFailure } from './evaluationFailure.ts';
import { EventList } from './eventList.ts';
import { dataOf, type HistoryEvent, type HistoryEventType } from './historyEvent.ts';
import { MapRunRecord } from './mapRunRecord.ts';
import { type Detailed, failureDetails, taskEventsOf } from './taskEvents.ts';

/** The execution whose history is built. */
export interface HistorySubject {
  /** Its id, or its name in Step Functions. */
  readonly executionId: string;
  /** Name of its machine. */
  readonly machine: string;
  /** `arn:aws:states:<region>:<account>` */
  readonly arn: string;
  readonly roleArn: string;
}

type Of<Type extends Happening['type']> = Extract<Happening, { type: Type }>;

/**
 * Builds the events of a history of Step Functions from what happens to the states of a definition, linked as Step Functions
 * links them: each to the one before in its scope, the first of a branch to the start of its Parallel state, and so on.
 */
export class HistoryBuilder {
  readonly #subject: HistorySubject;
  readonly #region: string;
  readonly #list = new EventList();
  readonly #root = newChain(0);
  /** By actor, and by scope within it. */
  readonly #chains = new Map<string, Map<string, Chain>>();
  /** Machines of items of distributed Maps: in Step Functions, they are executions with histories of their own. */
  readonly #elsewhere = new Set<string>();
  /** The runs that such items belong to, by their addresses. */
  readonly #runOfItem = new Map<string, MapRunRecord>();
  readonly #mapRuns: MapRunRecord[] = [];
  #output: Json = null;

  constructor(subject: HistorySubject) {
    this.#subject = subject;
    this.#region = subject.arn.split(':')[3] ?? '';
    this.#put(subject.executionId, '', this.#root);
  }

  get events(): readonly HistoryEvent[] {
    return this.#list.events;
  }

  /** The runs of distributed Maps, in the order of their starts. */
  get mapRuns(): readonly MapRunRecord[] {
    return this.#mapRuns;
  }

  started(at: number, input: Json): void {
    const { roleArn } = this.#subject;
    this.#list.add(at, 0, { type: 'ExecutionStarted', details: { ...dataOf('input', input), roleArn } });
  }

  succeeded(at: number, output: Json = this.#output): void {
    this.#list.add(at, this.#root.last, { type: 'ExecutionSucceeded', details: dataOf('output', output) });
  }

  /** @param failure where no state has failed */
  failed(at: number, failure: Failure): void {
    this.#cutRuns(this.#mapRuns, at);
    const details = failureDetails(this.#root.failure ?? failure);
    this.#list.add(at, this.#root.last, { type: 'ExecutionFailed', details });
  }

  timedOut(at: number): void {
    this.#cutRuns(this.#mapRuns, at, 'TIMED_OUT');
    this.#list.add(at, 0, { type: 'ExecutionTimedOut', details: {} });
  }

  aborted(at: number, failure: Failure): void {
    this.#cutRuns(this.#mapRuns, at);
    this.#list.add(at, 0, { type: 'ExecutionAborted', details: failureDetails(failure) });
  }

  /** The tasks that failed, or that the end stopped, begin again. */
  redriven(at: number, redriveCount: number): void {
    const last = this.#list.events.at(-1)?.id ?? 0;
    this.#root.last = this.#list.add(at, last, { type: 'ExecutionRedriven', details: { redriveCount } });
    this.#resume(at, this.#root, this.#root.last);
  }

  observe(observation: Observation): void {
    const chain = this.#chainOf(observation);
    if (chain === undefined) {
      this.#observeItem(observation);
      return;
    }
    const { at, path, happening } = observation;
    switch (happening.type) {
      case 'entered':
        this.#enter(chain, observation, happening);
        return;
      case 'exited':
        this.#exit(chain, observation, happening);
        return;
      case 'taskScheduled': {
        if (chain.state === undefined) return;
        const task = taskEventsOf(happening, this.#region);
        chain.state.task = task;
        chain.state.taskIsOver = false;
        for (const each of task.begun) this.#list.append(chain, at, each);
        return;
      }
      case 'taskSucceeded':
        this.#endTask(chain, at, chain.state?.task?.succeeded(happening.result));
        return;
      case 'taskFailed':
        this.#endTask(chain, at, chain.state?.task?.failed(happening.failure));
        return;
      case 'parallelStarted':
        this.#list.append(chain, at, { type: 'ParallelStateStarted' });
        chain.branches = happening.scopes.map((scope) => {
          const branch = newChain(chain.last);
          this.#put(observation.actor, scope, branch);
          return branch;
        });
        return;
      case 'parallelSucceeded':
        chain.last = Math.max(chain.last, ...chain.branches.map(({ last }) => last));
        this.#list.add(at, chain.last, { type: 'ParallelStateSucceeded' });
        chain.branches = [];
        return;
      case 'parallelFailed': {
        const failing = this.#chains.get(observation.actor)?.get(happening.scope);
        if (failing === undefined) return;
        chain.last = failing.last;
        for (const branch of chain.branches) this.#cutRuns(runsWithin(branch), at);
        if (!isUnhandleable(failing.failure)) {
          for (const branch of chain.branches) this.#list.abort(branch, at, failing.last, branch === failing);
        }
        return;
      }
      case 'mapStarted':
        this.#startMap(chain, observation, happening);
        return;
      case 'itemsStarted': {
        const map = chain.maps.get(path);
        if (map === undefined) return;
        map.concurrency = happening.concurrency;
        if (map.isDistributed) this.#startRun(chain, map, observation, happening.run);
        map.record?.itemsStarted(happening);
        return;
      }
      case 'mapSucceeded':
        this.#endMap(chain, chain.maps.get(path), at);
        return;
      case 'mapFailed':
        this.#failMap(chain, chain.maps.get(path), at, happening.failure);
        return;
      case 'failed':
        this.#fail(chain, at, happening.failure);
        return;
      case 'retried':
        if (chain.state) delete chain.state.failed;
        return;
      case 'scopeFailed':
        this.#endFailed(chain, observation, happening.failure);
        return;
    }
  }

  #enter(chain: Chain, { at, name, path }: Observation, { state, input }: Of<'entered'>): void {
    const beforeId = chain.last;
    this.#list.append(chain, at, {
      type: `${state}StateEntered`,
      details: { name, ...dataOf('input', input) },
    });
    chain.state = { name, path, type: state, enteredId: chain.last, beforeId, taskIsOver: true };
  }

  #exit(chain: Chain, { at, name }: Observation, happening: Of<'exited'>): void {
    const { state, output, assigned, isLast } = happening;
    this.#endFailing(chain, at);
    if (state !== 'Fail') {
      const details = { name, ...dataOf('output', output), ...(assigned && assignedOf(assigned)) };
      this.#list.append(chain, at, { type: `${state}StateExited`, details });
    }
    delete chain.state;
    chain.branches = [];
    if (chain === this.#root) this.#output = output;
    const { iteration } = chain;
    if (!isLast || iteration === undefined) return;
    const { map, ...details } = iteration;
    map.lastSucceededId = this.#list.add(at, chain.last, { type: 'MapIterationSucceeded', details });
    map.ended.push(chain.last);
    map.open.delete(chain);
  }

  #endTask(chain: Chain, at: number, event: Detailed | undefined): void {
    if (event === undefined || chain.state === undefined) return;
    chain.state.taskIsOver = event.type.endsWith('Succeeded');
    this.#list.append(chain, at, event);
  }

  #startMap(chain: Chain, observation: Observation, happening: Of<'mapStarted'>): void {
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

  /** The run's id is drawn once its items are known, which may be after its start. */
  #startRun(chain: Chain, map: MapRun, { at, name }: Observation, run: string | undefined): void {
    const { arn, machine, executionId } = this.#subject;
    const id = run ?? new Random(`${executionId}#${map.startedId}`).uuid();
    const label = map.label ?? name;
    const mapRunArn = mapRunArnOf({ arn, machine, label, executionId, run: id });
    const record = new MapRunRecord({ run: id, arn: mapRunArn, label, at }, map.record);
    const event: Detailed = { type: 'MapRunStarted', details: { mapRunArn } };
    if (map.runId === undefined) {
      this.#list.append(chain, at, event);
      map.runId = chain.last;
      map.record = record;
      this.#mapRuns.push(record);
      return;
    }
    const started = this.#list.events[map.runId - 1];
    if (started === undefined || run === undefined) return;
    this.#list.events[map.runId - 1] = { ...started, ...event };
    if (map.record) this.#mapRuns.splice(this.#mapRuns.indexOf(map.record), 1, record);
    map.record = record;
  }

  #endMap(chain: Chain, map: MapRun | undefined, at: number): void {
    if (map === undefined) return;
    map.record?.end('SUCCEEDED', at);
    if (map.isDistributed) this.#list.append(chain, at, { type: 'MapRunSucceeded' });
    else chain.last = map.lastSucceededId ?? map.startedId;
    this.#list.add(at, chain.last, { type: 'MapStateSucceeded' });
  }

  #failMap(chain: Chain, map: MapRun | undefined, at: number, failure: Failure): void {
    if (map === undefined) return;
    if (map.isDistributed) {
      map.record?.end('FAILED', at);
      this.#list.append(chain, at, { type: 'MapRunFailed', details: failureDetails(failure) });
      return;
    }
    const { failing } = map;
    if (failing === undefined) return;
    chain.last = failing.last;
    for (const open of map.open) this.#cutRuns(runsWithin(open), at);
    if (isUnhandleable(failing.failure)) return;
    for (const open of map.open) this.#list.abortIteration(open, at, failing.last);
    map.open.clear();
  }

  #fail(chain: Chain, at: number, failure: Failure): void {
    const { state } = chain;
    if (state === undefined) return;
    const evaluation = evaluationFailure(failure, state.name);
    if (evaluation !== undefined) {
      // Step Functions links it to the event before the entry, where nothing has come between.
      const isFirst = chain.last === state.enteredId && state.type !== 'Wait';
      const details = { ...failureDetails(failure), ...evaluation };
      chain.last = this.#list.add(at, isFirst ? state.beforeId : chain.last, {
        type: 'EvaluationFailed',
        details,
      });
    }
    state.failed = failure;
  }

  #endFailed(chain: Chain, { at }: Observation, failure: Failure): void {
    const { state } = chain;
    if (state && state.failed !== failure && state.failed?.cause !== failure.cause) {
      this.#fail(chain, at, failure);
    }
    this.#endFailing(chain, at);
    chain.failure = failure;
    const { iteration } = chain;
    if (iteration === undefined) return;
    const { map, ...details } = iteration;
    map.open.delete(chain);
    map.ended.push(chain.last);
    map.failing = chain;
    if (!isUnhandleable(failure)) this.#list.add(at, chain.last, { type: 'MapIterationFailed', details });
  }

  /** The failure of a Parallel or Map state is final. */
  #endFailing(chain: Chain, at: number): void {
    const { state } = chain;
    if (state?.failed === undefined) return;
    const type = failedTypes[state.type];
    if (type !== undefined && !isUnhandleable(state.failed)) this.#list.append(chain, at, { type });
    delete state.failed;
  }

  #resume(at: number, chain: Chain, from: number): void {
    const { state } = chain;
    delete chain.failure;
    if (state === undefined) return;
    for (const branch of chain.branches) this.#resume(at, branch, from);
    const map = chain.maps.get(state.path);
    map?.record?.redriven(at);
    if (map?.failing) {
      map.open.add(map.failing);
      delete map.failing;
    }
    for (const iteration of map?.open ?? []) this.#resume(at, iteration, from);
    if (state.task === undefined || state.taskIsOver) return;
    chain.last = from;
    for (const each of state.task.begun) this.#list.append(chain, at, each);
  }

  /** The runs do not go on. */
  #cutRuns(runs: Iterable<MapRunRecord>, at: number, cut?: 'TIMED_OUT'): void {
    for (const run of runs) run.end('ABORTED', at, cut);
  }

  /** An item of a distributed Map, or what works for one. */
  #observeItem(observation: Observation): void {
    const { actor, parent, path, scope, item, happening } = observation;
    if (item === undefined || (parent !== undefined && this.#elsewhere.has(parent))) return;
    // A Map that is retried has items of the same addresses.
    if (happening.type === 'entered' && scope === '') {
      const record = this.#mapOf(parent, path)?.map.record;
      if (record) this.#runOfItem.set(actor, record);
    }
    this.#runOfItem.get(actor)?.observe(observation);
  }

  #chainOf(observation: Observation): Chain | undefined {
    const { actor, scope, parent } = observation;
    const known = this.#chains.get(actor)?.get(scope);
    if (known) return known;
    if (this.#elsewhere.has(actor) || (parent !== undefined && this.#elsewhere.has(parent))) {
      this.#elsewhere.add(actor);
      return undefined;
    }
    return scope === '' ? this.#startIteration(observation) : undefined;
  }

  /** The item of a Map state begins. */
  #startIteration({ at, actor, parent, item, path }: Observation): Chain | undefined {
    const found = this.#mapOf(parent, path);
    if (found === undefined || item === undefined) return undefined;
    const { map, name } = found;
    if (map.isDistributed) {
      this.#elsewhere.add(actor);
      return undefined;
    }
    const before = map.begun < map.concurrency ? undefined : map.ended.shift();
    map.begun += 1;
    const details = { name, index: item };
    const id = this.#list.add(at, before ?? map.startedId, { type: 'MapIterationStarted', details });
    const chain = newChain(id, { ...details, map });
    map.open.add(chain);
    this.#put(actor, '', chain);
    return chain;
  }

  /** The Map state that a state within its iterations belongs to. */
  #mapOf(
    parent: string | undefined,
    path: string,
  ): { readonly map: MapRun; readonly name: string } | undefined {
    const known = this.#chains.get(parent ?? '');
    // A long list is worked on by executions of their own.
    const chains = known
      ? [...known.values()]
      : [...this.#chains.values()].flatMap((each) => [...each.values()]);
    for (const { maps, state } of chains) {
      if (state === undefined) continue;
      const map = maps.get(state.path);
      if (map && path.startsWith(`${state.path}/`)) return { map, name: state.name };
    }
    return undefined;
  }

  #put(actor: string, scope: string, chain: Chain): void {
    const scopes = this.#chains.get(actor) ?? new Map<string, Chain>();
    this.#chains.set(actor, scopes.set(scope, chain));
  }
}

const failedTypes: Readonly<Partial<Record<StateType, HistoryEventType>>> = {
  Parallel: 'ParallelStateFailed',
  Map: 'MapStateFailed',
};

/** Step Functions ends the execution at once, without a word of the states around. */
function isUnhandleable(failure: Failure | undefined): boolean {
  return failure?.error === errorNames.runtime;
}

function assignedOf(assigned: { readonly [name: string]: Json }): JsonObject {
  return {
    assignedVariables: Object.fromEntries(
      Object.entries(assigned).map(([name, value]) => [name, JSON.stringify(value)]),
    ),
    assignedVariablesDetails: { truncated: false },
  };
}
