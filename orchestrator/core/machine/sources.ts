import type { AnyActorLogic, AnyStateMachine } from 'xstate';
import {
  type EachMark,
  eachKey,
  InvalidEachError,
  type ResolvedEachOptions,
  resolveEachOptions,
} from '../policy/eachOptions.ts';
import { perTaskKey } from '../policy/perTask.ts';
import {
  activityKey,
  lambdaKey,
  type PromisePolicy,
  promisePolicyKey,
  type ResolvedTaskPolicy,
  resolveActivityPolicy,
  resolveTaskPolicy,
  type TaskPolicy,
  taskPolicyKey,
} from '../policy/taskPolicy.ts';
import { isStateMachine, property } from './xstateInternals.ts';

/** The source that runs when a machine invokes or spawns `src`. */
export type ActorSource =
  | TaskSource
  | EachSource
  | EachMachineSource
  /** Another machine: an execution of its own. */
  | {
      readonly kind: 'machine';
      readonly definition: AnyStateMachine;
      readonly machine: string;
      readonly version: string;
    };

/** A source whose actors are tasks. */
export type TaskSource =
  /** A Lambda function of its own. */
  (
    | { readonly kind: 'worker'; readonly worker: string; readonly policy: ResolvedTaskPolicy }
    /** A function that knows nothing of Millrace. */
    | { readonly kind: 'lambda'; readonly functionName: string; readonly policy: ResolvedTaskPolicy }
    /** Work that workers ask for when they are ready for it: it waits in the queue of the activity. */
    | { readonly kind: 'activity'; readonly activity: string; readonly policy: ResolvedTaskPolicy }
    /** `fromPromise` logic of the machine's own module: the worker host runs it. */
    | { readonly kind: 'promise'; readonly logic: AnyActorLogic; readonly policy: ResolvedTaskPolicy }
    /** Work that the worker host does for Millrace itself. */
    | { readonly kind: 'host'; readonly policy: ResolvedTaskPolicy }
  ) & {
    /** The actor's input holds some of the task's policy. */
    readonly isPerTask?: true;
  };

/** A task for each item of a list. */
export interface EachSource {
  readonly kind: 'each';
  /** The source that runs for an item. */
  readonly item: TaskSource;
  readonly options: ResolvedEachOptions;
  /** Policy of an item's task. */
  readonly policy: ResolvedTaskPolicy;
  /** Set in a list machine: its lists are parts of another execution's. */
  readonly isOfPart?: true;
  /** Set where the items are a file's. */
  readonly isFromFile?: true;
}

/** A machine for each item of a list: hosted by the machine that works on the list. */
export interface EachMachineSource {
  readonly kind: 'eachMachine';
  readonly definition: AnyStateMachine;
  readonly options: ResolvedEachOptions;
  /** Set in a list machine: its lists are parts of another execution's. */
  readonly isOfPart?: true;
}

/** Kinds of actor logic, as far as a durable machine has to distinguish them. */
export type LogicKind =
  | 'worker'
  | 'each'
  | 'promise'
  | 'machine'
  | 'callback'
  | 'observable'
  | 'transition'
  | 'custom'
  | 'none';

/**
 * @throws InvalidDurationError where the policy of a worker has a malformed duration
 * @throws InvalidEachError
 */
export function resolveSource(src: string, logic: unknown): ActorSource {
  if (isStateMachine(logic)) {
    return { kind: 'machine', definition: logic, machine: logic.id, version: versionOf(logic) };
  }
  const mark = eachMarkOf(logic);
  if (!mark) return resolveTaskSource(src, logic);
  if (isStateMachine(mark.actor)) {
    if (mark.isFromFile) {
      throw new InvalidEachError(
        'eachFromFile() runs a worker() or a fromPromise for each item, and this is a machine.',
      );
    }
    return { kind: 'eachMachine', definition: mark.actor, options: resolveEachOptions(mark.options) };
  }
  if (mark.isFromFile && mark.options.outcomesInError) {
    throw new InvalidEachError(
      'eachFromFile() has no outcomesInError: the outcomes of its items are in the files of results.',
    );
  }
  const kind = logicKindOf(mark.actor);
  if (kind !== 'worker' && kind !== 'promise') {
    throw new InvalidEachError(
      'each() runs a worker(), a fromPromise or a machine for each item, and this is none of them.',
    );
  }
  if (activityOf(mark.actor) !== undefined) {
    throw new InvalidEachError(
      'each() does not run an activity() by itself: give it a machine whose state invokes the activity.',
    );
  }
  const item = resolveTaskSource(src, mark.actor);
  return {
    kind: 'each',
    item,
    options: resolveEachOptions(mark.options),
    policy: item.policy,
    ...(mark.isFromFile && { isFromFile: true }),
  };
}

function resolveTaskSource(src: string, logic: unknown): TaskSource {
  const source = taskSourceOf(src, logic);
  return carriesMarks(logic) && perTaskKey in logic ? { ...source, isPerTask: true } : source;
}

function taskSourceOf(src: string, logic: unknown): TaskSource {
  const policy = policyOf(logic);
  const activity = activityOf(logic);
  if (policy !== undefined && activity !== undefined) {
    return { kind: 'activity', activity, policy: resolveActivityPolicy(policy) };
  }
  const functionName = functionNameOf(logic);
  if (policy !== undefined && functionName !== undefined) {
    return { kind: 'lambda', functionName, policy: resolveTaskPolicy(policy) };
  }
  if (policy !== undefined) {
    return { kind: 'worker', worker: policy.worker ?? src, policy: resolveTaskPolicy(policy) };
  }
  return isActorLogic(logic)
    ? { kind: 'promise', logic, policy: resolveTaskPolicy(promisePolicyOf(logic)) }
    : { kind: 'worker', worker: src, policy: resolveTaskPolicy() };
}

/** Stands between the name of an `each` and the name that an actor has in the machine of its items. */
const ofItems = '::';

/** The name that an actor of an item's machine has in the machine that hosts the item. */
export function hostedName(host: string, src: string): string {
  return `${host}${ofItems}${src}`;
}

/** The names that an actor may have in its own machine, which may be that of an item: the longest first. */
export function possibleActorNames(src: string): readonly string[] {
  const parts = src.split(ofItems);
  return parts.map((_, place) => parts.slice(place).join(ofItems));
}

/** The name that an actor has in its own machine, unless that name holds the separator of names itself. */
export function ownActorName(src: string): string {
  return possibleActorNames(src).at(-1) ?? src;
}

/** A machine's version; '1' where its definition has none. */
export function versionOf(machine: AnyStateMachine): string {
  return machine.version ?? '1';
}

/** The worker that the results of a source's tasks name. */
export function workerOf(source: ActorSource, src: string): string {
  if (source.kind === 'worker') return source.worker;
  if (source.kind === 'activity') return source.activity;
  return source.kind === 'lambda' ? source.functionName : src;
}

/** The name that a worker has by itself, where it has one. */
export function workerNameOf(logic: unknown): string | undefined {
  const actor = eachMarkOf(logic)?.actor ?? logic;
  return activityOf(actor) ?? functionNameOf(actor) ?? policyOf(actor)?.worker;
}

/** The machine that an `each` runs for each item, where it is a machine. */
export function itemMachineOf(logic: unknown): AnyStateMachine | undefined {
  const actor = eachMarkOf(logic)?.actor;
  return isStateMachine(actor) ? actor : undefined;
}

/** Whether it is a worker, or runs one for each item. */
export function isOfWorker(logic: unknown): boolean {
  return policyOf(eachMarkOf(logic)?.actor ?? logic) !== undefined;
}

/** The kind of a logic, found without running it: XState's logics do not carry their kind. */
export function logicKindOf(logic: unknown): LogicKind {
  if (eachMarkOf(logic) !== undefined) return 'each';
  if (policyOf(logic) !== undefined) return 'worker';
  if (isStateMachine(logic)) return 'machine';
  if (!isActorLogic(logic)) return 'none';
  const config = property(logic, 'config');
  if (typeof config !== 'function') return 'custom';
  return logic.start === undefined ? 'transition' : kindByTransition(logic);
}

/**
 * Among the logics that start something, only a promise's resolves, and a callback's cannot go on before it started.
 */
function kindByTransition(logic: AnyActorLogic): LogicKind {
  const output = Symbol('output');
  try {
    const resolved: unknown = logic.transition(
      { status: 'active' },
      { type: 'xstate.promise.resolve', data: output },
      Object.create(null),
    );
    return property(resolved, 'output') === output ? 'promise' : 'observable';
  } catch {
    return 'callback';
  }
}

function isActorLogic(logic: unknown): logic is AnyActorLogic {
  return (
    typeof property(logic, 'transition') === 'function' &&
    typeof property(logic, 'getInitialSnapshot') === 'function'
  );
}

function policyOf(logic: unknown): TaskPolicy | undefined {
  return carriesMarks(logic) && hasPolicy(logic) ? logic[taskPolicyKey] : undefined;
}

function promisePolicyOf(logic: AnyActorLogic): PromisePolicy | undefined {
  return hasPromisePolicy(logic) ? logic[promisePolicyKey] : undefined;
}

function functionNameOf(logic: unknown): string | undefined {
  return carriesMarks(logic) && hasFunctionName(logic) ? logic[lambdaKey] : undefined;
}

function activityOf(logic: unknown): string | undefined {
  return carriesMarks(logic) && hasActivity(logic) ? logic[activityKey] : undefined;
}

function eachMarkOf(logic: unknown): EachMark | undefined {
  return carriesMarks(logic) && hasEachMark(logic) ? logic[eachKey] : undefined;
}

function carriesMarks(logic: unknown): logic is object {
  return (typeof logic === 'object' && logic !== null) || typeof logic === 'function';
}

function hasEachMark(logic: object): logic is { readonly [eachKey]: EachMark } {
  return eachKey in logic;
}

function hasActivity(logic: object): logic is { readonly [activityKey]: string } {
  return activityKey in logic;
}

function hasFunctionName(logic: object): logic is { readonly [lambdaKey]: string } {
  return lambdaKey in logic;
}

function hasPolicy(logic: object): logic is { readonly [taskPolicyKey]: TaskPolicy } {
  return taskPolicyKey in logic;
}

function hasPromisePolicy(logic: object): logic is { readonly [promisePolicyKey]: PromisePolicy } {
  return promisePolicyKey in logic;
}
