import type { Redrives } from '../../orchestrator/core/policy/redrives.ts';
import type { Failure } from '../dataflow/handle.ts';
import { executionNameOf } from '../executionNames.ts';
import { isObject, type Json } from '../json.ts';
import type { StateType } from '../model/model.ts';
import type { Variables } from '../template/evaluate.ts';

/** The context of a compiled machine: it is stored with each step, so it holds no more than what is needed again. */
export interface Context {
  /** By scope: the definition has one, and each branch of a Parallel state that is worked on. */
  readonly frames: { readonly [scope: string]: Frame };
  readonly execution: ExecutionFacts;
  /** Steps that have been taken: what is drawn by chance follows from it. */
  readonly steps: number;
  /** Number of Step Functions' history events so far, which its messages name. */
  readonly events: number;
}

/** The facts that stay the same throughout an execution. */
export interface ExecutionFacts {
  readonly id: string;
  /** ISO 8601. */
  readonly started: string;
  /** Kept where an expression may ask for it. */
  readonly input?: Json;
  /** Present for an item of a Map state. */
  readonly item?: { readonly index: number; readonly value: Json };
}

/** How far a scope has come. */
export interface Frame {
  readonly variables: Variables;
  /** The scope's input, then what the last state has left. */
  readonly data: Json;
  readonly state?: ActiveState;
  /** Why the state has failed. */
  readonly failure?: Failure;
  /** No state of the scope handles the failure. */
  readonly hasFailed?: true;
}

export interface ActiveState {
  readonly name: string;
  readonly type: StateType;
  /** Milliseconds since the epoch. */
  readonly entered: number;
  readonly event: number;
  /** The state's input, where it is needed once the state is entered. */
  readonly input?: Json;
  /** How often each retrier has been used. */
  readonly retries?: readonly number[];
  readonly attempts?: number;
  /** Where the state goes from here. */
  readonly way?: Way;
  /** Data that the result of the running task needs. */
  readonly kept?: Json;
  /** The length of the timer that the state waits for. */
  readonly delayMs?: number;
}

export type Way = 'default' | 'retry' | `choice ${number}` | `catch ${number}`;

/** Where Step Functions would say that the machine is. */
export interface Identity {
  /** `arn:aws:states:<region>:<account>` */
  readonly arn: string;
  readonly machine: string;
  readonly roleArn: string;
  /** Whether the context object is to be that of an Express workflow. */
  readonly isExpress: boolean;
}

/** The context object of Amazon States Language. */
export function contextObject(
  { execution }: Context,
  frame: Frame,
  identity: Identity,
  redrives: Redrives | undefined,
): { readonly [key: string]: Json } {
  const { id, started, input, item } = execution;
  const { arn, machine, roleArn, isExpress } = identity;
  const { state } = frame;
  const { name, run = name, isSync = false } = executionNameOf(machine, id);
  return {
    Execution: {
      Id: isExpress ? `${arn}:express:${machine}:${name}:${run}` : `${arn}:execution:${machine}:${name}`,
      ...(input !== undefined && { Input: input }),
      Name: name,
      RoleArn: roleArn,
      StartTime: started,
      ...(!isSync && { RedriveCount: redrives?.count ?? 0 }),
      ...(redrives && { RedriveTime: new Date(redrives.lastAt).toISOString() }),
    },
    StateMachine: { Id: `${arn}:stateMachine:${machine}`, Name: machine },
    ...(state && { State: stateFacts(state) }),
    ...(item && { Map: { Item: { Index: item.index, Value: item.value } } }),
  };
}

function stateFacts(state: ActiveState): Json {
  return {
    EnteredTime: new Date(state.entered).toISOString(),
    Name: state.name,
    ...(state.type === 'Task' && { RetryCount: state.attempts ?? 0 }),
  };
}

/** The context at the start of an execution, or of an item of a Map state. */
export function firstContext(facts: ExecutionFacts, data: Json, variables: Variables = {}): Context {
  return { frames: { '': { variables, data } }, execution: facts, steps: 0, events: 1 };
}

/** The input of the machine of an item. */
export interface ItemStart {
  readonly execution: ExecutionFacts;
  readonly input: Json;
  readonly variables: Variables;
}

export function isItemStart(value: unknown): value is ItemStart {
  return isObject(value) && 'execution' in value && 'variables' in value;
}
