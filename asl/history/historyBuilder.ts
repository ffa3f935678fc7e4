import type { Observation } from '../compile/observer.ts';
import type { Failure } from '../dataflow/handle.ts';
import type { Json, JsonObject } from '../json.ts';
import type { StateType } from '../model/model.ts';
import { type Chain, newChain, runsWithin } from './chain.ts';
import { Chains } from './chains.ts';
import { evaluationFailure } from './evaluationFailure.ts';
import { EventList } from './eventList.ts';
import { dataOf, type HistoryEvent, type HistoryEventType } from './historyEvent.ts';
import { type HistorySubject, type Of, stopsAtOnce } from './historySubject.ts';
import { MapEvents } from './mapEvents.ts';
import type { MapRunRecord } from './mapRunRecord.ts';
import { type Detailed, failureDetails, taskEventsOf } from './taskEvents.ts';

/**
 * Builds the events of a history of Step Functions from what happens to the states of a definition, linked as Step Functions
 * links them: each to the one before in its scope, the first of a branch to the start of its Parallel state, and so on.
 */
export class HistoryBuilder {
  readonly #subject: HistorySubject;
  readonly #region: string;
  readonly #list = new EventList();
  readonly #chains: Chains;
  readonly #maps: MapEvents;
  #output: Json = null;

  constructor(subject: HistorySubject) {
    this.#subject = subject;
    this.#region = subject.arn.split(':')[3] ?? '';
    this.#chains = new Chains(subject.actor ?? subject.executionId);
    this.#maps = new MapEvents(subject, this.#list, this.#chains, (actor) => {
      const { item: _, ...rest } = subject;
      return new HistoryBuilder({ ...rest, actor });
    });
  }

  get events(): readonly HistoryEvent[] {
    return this.#list.events;
  }

  /** The runs of distributed Maps, in the order of their starts. */
  get mapRuns(): readonly MapRunRecord[] {
    return this.#maps.runs;
  }

  started(at: number, input: Json): void {
    const { roleArn } = this.#subject;
    this.#list.add(at, 0, { type: 'ExecutionStarted', details: { ...dataOf('input', input), roleArn } });
  }

  succeeded(at: number, output: Json = this.#output): void {
    this.#list.add(at, this.#chains.root.last, {
      type: 'ExecutionSucceeded',
      details: dataOf('output', output),
    });
  }

  /** @param failure where no state has failed */
  failed(at: number, failure: Failure): void {
    this.#maps.cut(this.#maps.runs, at);
    const details = failureDetails(this.#chains.root.failure ?? failure);
    this.#list.add(at, this.#chains.root.last, { type: 'ExecutionFailed', details });
  }

  timedOut(at: number): void {
    this.#maps.cut(this.#maps.runs, at, 'TIMED_OUT');
    this.#list.add(at, 0, { type: 'ExecutionTimedOut', details: {} });
  }

  aborted(at: number, failure: Failure): void {
    this.#maps.cut(this.#maps.runs, at);
    this.#list.add(at, 0, { type: 'ExecutionAborted', details: failureDetails(failure) });
  }

  /** The tasks that failed, or that the end stopped, begin again. */
  redriven(at: number, redriveCount: number): void {
    const last = this.#list.lastId;
    this.#chains.root.last = this.#list.add(at, last, {
      type: 'ExecutionRedriven',
      details: { redriveCount },
    });
    this.#resume(at, this.#chains.root, this.#chains.root.last);
  }

  repeated(at: number, redriveCount: number, actor: string): void {
    const { root } = this.#chains;
    const last = this.#list.lastId;
    root.last = this.#list.add(at, last, { type: 'ExecutionRedriven', details: { redriveCount } });
    delete root.failure;
    delete root.state;
    root.branches = [];
    root.maps.clear();
    this.#chains.put(actor, '', root);
  }

  observe(observation: Observation): void {
    const chain = this.#chainOf(observation);
    if (chain === undefined) {
      this.#maps.observeItem(observation);
      return;
    }
    const { at, happening } = observation;
    switch (happening.type) {
      case 'entered':
        this.#enter(chain, observation, happening);
        return;
      case 'exited':
        this.#exit(chain, observation, happening);
        return;
      case 'taskScheduled': {
        const { state } = chain;
        if (state === undefined) return;
        const task = taskEventsOf(happening, this.#region);
        state.task = task;
        state.taskIsOver = false;
        if (state.isRedriven) delete state.isRedriven;
        else this.#begin(chain, at, task.begun);
        return;
      }
      case 'taskSucceeded':
        this.#endTask(chain, at, chain.state?.task?.succeeded(happening.result));
        return;
      case 'taskFailed':
        this.#endTask(chain, at, chain.state?.task?.failed(happening.failure));
        return;
      case 'taskRefused':
        this.#refuseTask(chain);
        return;
      case 'parallelStarted':
        this.#list.append(chain, at, { type: 'ParallelStateStarted' });
        chain.branches = happening.scopes.map((scope) => {
          const branch = newChain(chain.last);
          this.#chains.put(observation.actor, scope, branch);
          return branch;
        });
        return;
      case 'parallelSucceeded':
        chain.last = Math.max(chain.last, ...chain.branches.map(({ last }) => last));
        this.#list.add(at, chain.last, { type: 'ParallelStateSucceeded' });
        chain.branches = [];
        return;
      case 'parallelFailed': {
        const failing = this.#chains.find(observation.actor, happening.scope);
        if (failing === undefined) return;
        chain.last = failing.last;
        for (const branch of chain.branches) this.#maps.cut(runsWithin(branch), at);
        if (!stopsAtOnce(failing.failure)) {
          for (const branch of chain.branches) this.#list.abort(branch, at, failing.last, branch === failing);
        }
        return;
      }
      case 'mapStarted':
        this.#maps.start(chain, observation, happening);
        return;
      case 'itemsStarted':
        this.#maps.startItems(chain, observation, happening);
        return;
      case 'mapSucceeded':
        this.#maps.succeed(chain, observation);
        return;
      case 'mapFailed':
        this.#maps.fail(chain, observation, happening);
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
    if (chain === this.#chains.root) this.#output = output;
    if (isLast) this.#maps.succeedIteration(chain, at);
  }

  #begin(chain: Chain, at: number, events: readonly Detailed[]): void {
    const before = chain.last;
    const ids = events.map((event) => {
      this.#list.append(chain, at, event);
      return chain.last;
    });
    if (chain.state) chain.state.begun = { before, ids };
  }

  /** Step Functions looks for the activity before the attempt begins. */
  #refuseTask(chain: Chain): void {
    const { begun } = chain.state ?? {};
    if (chain.state === undefined || begun === undefined) return;
    this.#list.withdraw(begun.ids);
    chain.last = begun.before;
    chain.state.taskIsOver = true;
    delete chain.state.isRedriven;
  }

  #endTask(chain: Chain, at: number, event: Detailed | undefined): void {
    if (event === undefined || chain.state === undefined) return;
    delete chain.state.isRedriven;
    chain.state.taskIsOver = event.type.endsWith('Succeeded');
    this.#list.append(chain, at, event);
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
    this.#maps.failIteration(chain, at, failure);
  }

  /** The failure of a Parallel or Map state is final. */
  #endFailing(chain: Chain, at: number): void {
    const { state } = chain;
    if (state?.failed === undefined) return;
    const type = failedTypes[state.type];
    if (type !== undefined && !stopsAtOnce(state.failed)) this.#list.append(chain, at, { type });
    delete state.failed;
  }

  #resume(at: number, chain: Chain, from: number): void {
    const { state } = chain;
    delete chain.failure;
    if (state === undefined) return;
    for (const branch of chain.branches) this.#resume(at, branch, from);
    const map = chain.maps.get(state.path);
    if (map?.record?.redriven(at)) {
      const { arn: mapRunArn, redrives: redriveCount } = map.record;
      const details = { mapRunArn, redriveCount };
      chain.last = this.#list.add(at, from, { type: 'MapRunRedriven', details });
    }
    if (map?.failing) {
      map.open.add(map.failing);
      delete map.failing;
    }
    for (const iteration of map?.open ?? []) this.#resume(at, iteration, from);
    if (state.task === undefined || state.taskIsOver) return;
    chain.last = from;
    state.isRedriven = true;
    this.#begin(chain, at, state.task.begun);
  }

  #chainOf(observation: Observation): Chain | undefined {
    const { actor, scope } = observation;
    const known = this.#chains.find(actor, scope);
    if (known || scope !== '' || this.#chains.isElsewhere(actor)) return known;
    return this.#maps.startIteration(observation);
  }
}

const failedTypes: Readonly<Partial<Record<StateType, HistoryEventType>>> = {
  Parallel: 'ParallelStateFailed',
  Map: 'MapStateFailed',
};

function assignedOf(assigned: { readonly [name: string]: Json }): JsonObject {
  return {
    assignedVariables: Object.fromEntries(
      Object.entries(assigned).map(([name, value]) => [name, JSON.stringify(value)]),
    ),
    assignedVariablesDetails: { truncated: false },
  };
}
