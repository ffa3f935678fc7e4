import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { itemMachineOf } from '../../orchestrator/core/machine/sources.ts';
import { childNodes, implementationsOf, property } from '../../orchestrator/core/machine/xstateInternals.ts';
import type { ChartInvoke, Trigger } from './model.ts';
import { delayText } from './triggers.ts';

/** The mark of a state that stands for one of an Amazon States Language definition. */
export interface AslMeta {
  readonly name: string;
  readonly type: string;
  readonly retries: readonly string[];
  readonly catches: readonly (readonly string[])[];
  readonly choices: readonly string[];
  readonly waits: string | undefined;
  readonly resource: string | undefined;
}

export function aslOf(node: AnyStateNode): AslMeta | undefined {
  const asl = property(node.meta, 'asl');
  const name = property(asl, 'name');
  const type = property(asl, 'type');
  if (typeof name !== 'string' || typeof type !== 'string') return undefined;
  const waits = property(asl, 'waits');
  const resource = property(asl, 'resource');
  return {
    name,
    type,
    retries: texts(property(asl, 'retries')),
    catches: lists(property(asl, 'catches')).map(texts),
    choices: texts(property(asl, 'choices')),
    waits: typeof waits === 'string' ? waitText(waits) : undefined,
    resource: typeof resource === 'string' ? resource : undefined,
  };
}

function lists(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function texts(value: unknown): readonly string[] {
  return lists(value).filter((each) => typeof each === 'string');
}

/** The branches of a Parallel state. */
export function aslRegions(node: AnyStateNode): readonly AnyStateNode[] {
  const running = node.states.running;
  return running?.type === 'parallel' ? childNodes(running) : [];
}

/** The function of a Task, and the states that a Map runs for each item. */
export function aslInvokes(
  machine: AnyStateMachine,
  node: AnyStateNode,
  { type, resource = '' }: AslMeta,
): readonly ChartInvoke[] {
  const { actors } = implementationsOf(machine);
  return invokesIn(node).flatMap(({ id, src }): ChartInvoke[] => {
    if (typeof src !== 'string') return [];
    if (type === 'Task') return [{ id, src, label: shortResource(resource) }];
    const items = itemMachineOf(actors[src]);
    return items ? [{ id, src, label: `each: ${statesOf(items).join(', ')}` }] : [];
  });
}

/** Those of a Map that reads its items from a file are a level deeper. */
function invokesIn(node: AnyStateNode): AnyStateNode['invoke'] {
  const { running } = node.states;
  if (!running || running.type === 'parallel') return [];
  return [running, ...childNodes(running)].flatMap(({ invoke }) => invoke);
}

function waitText(text: string): string {
  const seconds = /^(\d+(?:\.\d+)?) s$/.exec(text)?.[1];
  return seconds === undefined ? text : delayText(String(1000 * Number(seconds)));
}

function statesOf(machine: AnyStateMachine): readonly string[] {
  return childNodes(machine.root).flatMap((state) => aslOf(state)?.name ?? []);
}

/** The name of the function in an ARN, or the service and its action. */
function shortResource(resource: string): string {
  if (!resource.startsWith('arn:')) return resource;
  const parts = resource.split(':');
  return parts.slice(parts[5] === 'function' || parts[5] === '' ? 6 : 5).join(':');
}

export interface AslTrigger {
  readonly trigger: Trigger;
  readonly guard?: string;
  readonly place?: number;
  readonly alternatives?: number;
}

/** The meaning of a transition of the compiled machine in the definition; nothing for one that only serves the compiled one. */
export function aslTrigger(
  node: AnyStateNode,
  asl: AslMeta,
  place: number,
  { target = [] }: AnyTransitionDefinition,
  leaves: boolean,
): AslTrigger | undefined {
  const { name, retries, catches, choices, waits } = asl;
  const isFailed = node.key === 'failed' && aslOf(node) === undefined;
  if (isFailed && target.some(({ key }) => key === 'backoff')) {
    return { trigger: { type: 'retry', errors: retries } };
  }
  if (!leaves) return undefined;
  if (isFailed) {
    const errors = catches[place - (retries.length > 0 ? 1 : 0)] ?? [];
    const named = errors.includes('States.ALL') ? {} : { errors };
    return { trigger: { type: 'error', src: name, ...named } };
  }
  if (asl.type === 'Choice') {
    const guard = choices[place];
    const alternatives = node.always?.length ?? 1;
    return { trigger: { type: 'always' }, ...(guard !== undefined && { guard }), place, alternatives };
  }
  if (asl.type === 'Wait') return { trigger: { type: 'after', delay: waits ?? '' } };
  return { trigger: { type: 'done', of: 'state', src: name } };
}
