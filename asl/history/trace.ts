import type { Json, JsonObject } from '../json.ts';
import type { HistoryEvent } from './historyEvent.ts';
import { assignedIn, dataIn, failureIn, failureTexts, resourceIn, secondsIn } from './traceData.ts';

/** An execution as its history shows it: what each state got and gave, scope by scope, whatever ran at the same time. */
export interface ExecutionTrace {
  readonly input: Json | undefined;
  readonly root: ScopeTrace;
  /** Absent while it runs. */
  readonly end?: ExecutionTraceEnd;
}

export interface ExecutionTraceEnd {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
}

/** The definition, a branch of a Parallel state or an iteration of a Map state. */
export interface ScopeTrace {
  /** In the order in which they were entered. A state that is entered again is there again. */
  readonly visits: readonly StateVisit[];
}

/** Data is undefined where the history does not have it. */
export interface StateVisit {
  readonly name: string;
  /** Its type, such as `Task`. */
  readonly type: string;
  readonly enteredAt: number;
  readonly input: Json | undefined;
  readonly hasExited: boolean;
  readonly output: Json | undefined;
  readonly assigned: JsonObject | undefined;
  /** Attempts of a task. */
  readonly attempts: readonly TaskAttemptTrace[];
  /** Attempts of a Parallel or Map state. */
  readonly runs: readonly StateRun[];
  readonly evaluations: readonly JsonObject[];
}

export interface TaskAttemptTrace {
  /** The function, activity or action: `arn:aws:lambda:…` or `sqs:sendMessage`. */
  readonly resource: string | undefined;
  readonly given: Json | undefined;
  readonly timeoutSeconds: number | undefined;
  readonly heartbeatSeconds: number | undefined;
  readonly begunAt: number;
  /** Absent where the history has no end of it. */
  readonly outcome?: TaskOutcome;
}

export type TaskOutcome = { readonly endedAt: number } & (
  | { readonly type: 'succeeded'; readonly output: Json | undefined }
  | {
      readonly type: 'failed' | 'timedOut';
      readonly error: string | undefined;
      readonly cause: string | undefined;
    }
);

export interface StateRun {
  /** Branches by the name of their first state. */
  readonly branches: ReadonlyMap<string, ScopeTrace>;
  /** Iterations by their index. */
  readonly iterations: ReadonlyMap<number, ScopeTrace>;
  /** Items, as the Map state counted them. */
  readonly length: number | undefined;
  /** The items were worked on by executions of their own. */
  readonly isDistributed: boolean;
  readonly hasSucceeded: boolean;
  readonly failure: { readonly error?: string; readonly cause?: string } | undefined;
}

/** Reads the events of a history in the order of their ids. */
export function traceOf(events: Iterable<HistoryEvent>): ExecutionTrace {
  const reader = new TraceReader();
  for (const event of events) reader.take(event);
  return reader.trace;
}

/** A member while it is read. */
type Read<Value> = { -readonly [Key in keyof Value]: Value[Key] };

interface ReadScope {
  readonly visits: ReadVisit[];
  readonly parent: ReadScope | undefined;
}

type ReadVisit = Read<Omit<StateVisit, 'attempts' | 'runs' | 'evaluations'>> & {
  readonly attempts: Read<TaskAttemptTrace>[];
  readonly runs: ReadRun[];
  readonly evaluations: JsonObject[];
};

type ReadRun = Read<Omit<StateRun, 'branches' | 'iterations'>> & {
  readonly branches: Map<string, ReadScope>;
  readonly iterations: Map<number, ReadScope>;
};

type ReadTrace = Read<Omit<ExecutionTrace, 'root'>> & { readonly root: ReadScope };

class TraceReader {
  readonly trace: ReadTrace = { input: undefined, root: newScope(undefined) };
  /** The scope of each event, by id. */
  readonly #scopes = new Map<number, ReadScope>();
  readonly #types = new Map<number, string>();
  readonly #all: ReadScope[] = [this.trace.root];

  take(event: HistoryEvent): void {
    const { id, type } = event;
    const before = this.#scopes.get(event.previousEventId) ?? this.trace.root;
    this.#scopes.set(id, this.#taken(event, before));
    this.#types.set(id, type);
  }

  /** The scope that the event belongs to, and that those after it begin in. */
  #taken(event: HistoryEvent, before: ReadScope): ReadScope {
    const { type, details = {} } = event;
    const state = /^(Pass|Task|Choice|Wait|Succeed|Fail|Parallel|Map)State(\w+)$/.exec(type);
    if (state) return this.#ofState(event, state[1] ?? '', state[2] ?? '', before);
    const task = /^(?:Task|LambdaFunction|Activity)(\w+)$/.exec(type)?.[1];
    if (task !== undefined) return ofTask(task, event, before);
    switch (type) {
      case 'ExecutionStarted':
        this.trace.input = dataIn(details, 'input');
        return this.trace.root;
      case 'ExecutionSucceeded':
      case 'ExecutionFailed':
      case 'ExecutionTimedOut':
      case 'ExecutionAborted':
        this.trace.end = endOf(type, details);
        return this.trace.root;
      case 'ExecutionRedriven':
        delete this.trace.end;
        return this.trace.root;
      case 'EvaluationFailed': {
        const scope = this.#active(before, ({ name }) => name === details.state);
        scope?.visits.at(-1)?.evaluations.push(details);
        return scope ?? before;
      }
      case 'MapIterationStarted': {
        const { name, index } = details;
        const owner = climb(before, (visit) => visit.type === 'Map' && visit.name === name);
        const scope = this.#newScope(owner);
        owner?.visits.at(-1)?.runs.at(-1)?.iterations.set(Number(index), scope);
        return scope;
      }
      case 'MapRunStarted':
      case 'MapRunFailed':
      case 'MapRunSucceeded': {
        const owner = climb(before, (visit) => visit.type === 'Map') ?? before;
        const run = owner.visits.at(-1)?.runs.at(-1);
        if (run) run.isDistributed = true;
        if (run && type === 'MapRunFailed') run.failure = failureIn(details);
        return owner;
      }
      default:
        return before;
    }
  }

  #ofState(event: HistoryEvent, type: string, what: string, before: ReadScope): ReadScope {
    const { details = {}, timestamp } = event;
    const { name } = details;
    switch (what) {
      case 'Entered': {
        const scope =
          this.#types.get(event.previousEventId) === 'ParallelStateStarted'
            ? this.#branch(before, String(name))
            : before;
        scope.visits.push(newVisit(String(name), type, timestamp, dataIn(details, 'input')));
        return scope;
      }
      case 'Exited': {
        const scope = climb(before, (visit) => visit.name === name) ?? before;
        const visit = scope.visits.at(-1);
        if (visit === undefined) return scope;
        visit.hasExited = true;
        visit.output = dataIn(details, 'output');
        visit.assigned = assignedIn(details);
        return scope;
      }
      case 'Started': {
        const scope = climb(before, (visit) => visit.type === type) ?? before;
        const { length } = details;
        scope.visits.at(-1)?.runs.push({
          branches: new Map(),
          iterations: new Map(),
          length: typeof length === 'number' ? length : undefined,
          isDistributed: false,
          hasSucceeded: false,
          failure: undefined,
        });
        return scope;
      }
      case 'Succeeded':
      case 'Failed': {
        const scope = climb(before, (visit) => visit.type === type) ?? before;
        const run = scope.visits.at(-1)?.runs.at(-1);
        if (run && what === 'Succeeded') run.hasSucceeded = true;
        return scope;
      }
      default:
        return before;
    }
  }

  #branch(owner: ReadScope, name: string): ReadScope {
    const scope = this.#newScope(owner);
    owner.visits.at(-1)?.runs.at(-1)?.branches.set(name, scope);
    return scope;
  }

  #newScope(parent: ReadScope | undefined): ReadScope {
    const scope = newScope(parent);
    this.#all.push(scope);
    return scope;
  }

  /** The scope whose state it is: the event may be linked to the one before the state's entry. */
  #active(near: ReadScope, isIt: (visit: ReadVisit) => boolean): ReadScope | undefined {
    const is = (scope: ReadScope) => {
      const visit = scope.visits.at(-1);
      return visit !== undefined && !visit.hasExited && isIt(visit);
    };
    if (is(near)) return near;
    return this.#all.findLast((scope) => is(scope) && isWithin(scope, near)) ?? this.#all.findLast(is);
  }
}

function ofTask(what: string, { details = {}, timestamp }: HistoryEvent, before: ReadScope): ReadScope {
  const scope = climb(before, (visit) => visit.type === 'Task') ?? before;
  const visit = scope.visits.at(-1);
  if (visit === undefined) return scope;
  if (what === 'Scheduled') {
    visit.attempts.push({
      resource: resourceIn(details),
      given: dataIn(details, 'parameters') ?? dataIn(details, 'input'),
      timeoutSeconds: secondsIn(details, 'timeoutInSeconds'),
      heartbeatSeconds: secondsIn(details, 'heartbeatInSeconds'),
      begunAt: timestamp,
    });
    return scope;
  }
  const attempt = visit.attempts.at(-1);
  const outcome = outcomeOf(what, details, timestamp);
  if (attempt && outcome) attempt.outcome = outcome;
  return scope;
}

function outcomeOf(what: string, details: JsonObject, endedAt: number): TaskOutcome | undefined {
  switch (what) {
    case 'Succeeded':
      return { type: 'succeeded', endedAt, output: dataIn(details, 'output') };
    case 'Failed':
    case 'ScheduleFailed':
    case 'StartFailed':
    case 'SubmitFailed':
      return { type: 'failed', endedAt, ...failureTexts(details) };
    case 'TimedOut':
      return { type: 'timedOut', endedAt, ...failureTexts(details) };
    default:
      return undefined;
  }
}

function endOf(type: string, details: JsonObject): ExecutionTraceEnd {
  switch (type) {
    case 'ExecutionSucceeded': {
      const output = dataIn(details, 'output');
      return { status: 'SUCCEEDED', ...(output !== undefined && { output }) };
    }
    case 'ExecutionFailed':
      return { status: 'FAILED', ...failureIn(details) };
    case 'ExecutionTimedOut':
      return { status: 'TIMED_OUT', ...failureIn(details) };
    default:
      return { status: 'ABORTED', ...failureIn(details) };
  }
}

function newScope(parent: ReadScope | undefined): ReadScope {
  return { visits: [], parent };
}

function newVisit(name: string, type: string, enteredAt: number, input: Json | undefined): ReadVisit {
  return {
    name,
    type,
    enteredAt,
    input,
    hasExited: false,
    output: undefined,
    assigned: undefined,
    attempts: [],
    runs: [],
    evaluations: [],
  };
}

/** The scope, or the one around it, whose state is such. */
function climb(from: ReadScope, isIt: (visit: ReadVisit) => boolean): ReadScope | undefined {
  for (let scope: ReadScope | undefined = from; scope; scope = scope.parent) {
    const visit = scope.visits.at(-1);
    if (visit && isIt(visit)) return scope;
  }
  return undefined;
}

function isWithin(scope: ReadScope, outer: ReadScope): boolean {
  for (let each: ReadScope | undefined = scope; each; each = each.parent) if (each === outer) return true;
  return false;
}
