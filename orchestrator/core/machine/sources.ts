import type { AnyActorLogic, AnyStateMachine } from 'xstate';
import { type ResolvedTaskPolicy, resolveTaskPolicy, type TaskPolicy, taskPolicyKey } from '../taskPolicy.ts';
import { isStateMachine, property } from './xstateInternals.ts';

/** What runs when a machine invokes or spawns `src`. */
export type ActorSource =
  | TaskSource
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
  | { readonly kind: 'worker'; readonly worker: string; readonly policy: ResolvedTaskPolicy }
  /** `fromPromise` logic of the machine's own module: the worker host runs it. */
  | { readonly kind: 'promise'; readonly logic: AnyActorLogic; readonly policy: ResolvedTaskPolicy };

/** Kinds of actor logic, as far as a durable machine has to tell them apart. */
export type LogicKind =
  | 'worker'
  | 'promise'
  | 'machine'
  | 'callback'
  | 'observable'
  | 'transition'
  | 'custom'
  | 'none';

/** @throws InvalidDurationError where the policy of a worker has a malformed duration */
export function resolveSource(src: string, logic: unknown): ActorSource {
  const policy = policyOf(logic);
  if (policy !== undefined) {
    return { kind: 'worker', worker: policy.worker ?? src, policy: resolveTaskPolicy(policy) };
  }
  if (isStateMachine(logic)) {
    return { kind: 'machine', definition: logic, machine: logic.id, version: versionOf(logic) };
  }
  return isActorLogic(logic)
    ? { kind: 'promise', logic, policy: resolveTaskPolicy() }
    : { kind: 'worker', worker: src, policy: resolveTaskPolicy() };
}

/** A machine's version; '1' where its definition has none. */
export function versionOf(machine: AnyStateMachine): string {
  return machine.version ?? '1';
}

/** The name that the policy of a worker gives it, where it has one. */
export function workerNameOf(logic: unknown): string | undefined {
  return policyOf(logic)?.worker;
}

/** What kind of logic it is, found without running it: none of XState's logics carries its kind. */
export function logicKindOf(logic: unknown): LogicKind {
  if (policyOf(logic) !== undefined) return 'worker';
  if (isStateMachine(logic)) return 'machine';
  if (!isActorLogic(logic)) return 'none';
  const config = property(logic, 'config');
  if (typeof config !== 'function') return 'custom';
  return logic.start === undefined ? 'transition' : kindByTransition(logic);
}

/** Of the logics that start something, only a promise's resolves, and a callback's cannot go on before it started. */
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
  const carries = (typeof logic === 'object' && logic !== null) || typeof logic === 'function';
  return carries && hasPolicy(logic) ? logic[taskPolicyKey] : undefined;
}

function hasPolicy(logic: object): logic is { readonly [taskPolicyKey]: TaskPolicy } {
  return taskPolicyKey in logic;
}
