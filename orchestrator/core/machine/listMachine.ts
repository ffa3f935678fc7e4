import { createHash } from 'node:crypto';
import { createMachine, fromPromise } from 'xstate';
import { isWellFormed } from '../data/text.ts';
import { listTask } from '../policy/listFiles.ts';
import { resolveTaskPolicy } from '../policy/taskPolicy.ts';
import { hashWithItems } from './definitionHash.ts';
import { longestId } from './identity.ts';
import { type PreparedMachine, prepareMachine } from './prepare.ts';
import {
  type ActorSource,
  type EachMachineSource,
  type EachSource,
  hostedName,
  type TaskSource,
} from './sources.ts';

/**
 * Id of the machine whose executions work on the long lists of an `each`. It names the actor, unless no id may have that
 * name: actors in machines of items have long ones.
 */
export function listMachineId(machine: string, src: string): string {
  const id = `${machine}.${src}`;
  const isPossible = id.length <= longestId && !src.includes('#') && isWellFormed(src);
  return isPossible ? id : `${machine}.${createHash('sha256').update(src).digest('hex').slice(0, 16)}`;
}

/** The machines that work on the long lists of a machine's `each` actors. Their output says what came of the list. */
export function prepareListMachines(owner: PreparedMachine): readonly PreparedMachine[] {
  return [...owner.sources].flatMap(([src, source]) => {
    if (source.kind === 'each') return [prepareListMachine(owner, src, source)];
    return source.kind === 'eachMachine' ? [prepareMachinesList(owner, src, source)] : [];
  });
}

function prepareListMachine(owner: PreparedMachine, src: string, source: EachSource): PreparedMachine {
  const { isFromFile, ...rest } = source;
  const definition = isFromFile ? fileMachine(owner, src) : listMachine(owner, src);
  const sources = new Map<string, ActorSource>([
    [src, { ...rest, isOfPart: true }],
    [listTask.split, hostTask],
    [listTask.collect, hostTask],
  ]);
  return {
    ...prepareMachine(definition),
    sources,
    sourceOf: (name) => sources.get(name) ?? hostTask,
    taskSourceOf: (name) => (name === src ? source.item : hostTask),
    listsOf: owner.id,
  };
}

/** Its executions host the machines of the items, whose actors have the names that they have in the owner. */
function prepareMachinesList(
  owner: PreparedMachine,
  src: string,
  source: EachMachineSource,
): PreparedMachine {
  const prepared = prepareMachine(listMachine(owner, src));
  const item = itemMachineAt(owner, src);
  const sourceOf = (name: string): ActorSource =>
    name === src ? { ...source, isOfPart: true } : owner.sourceOf(name);
  return {
    ...prepared,
    definitionHash: hashWithItems(prepared.definitionHash, [item]),
    sources: new Map([[src, sourceOf(src)]]),
    sourceOf,
    taskSourceOf: (name) => owner.taskSourceOf(name),
    items: new Map([[src, item]]),
    listsOf: owner.id,
  };
}

/** The machine of the items of an `each`, which may be an actor of an item's machine. */
function itemMachineAt({ items, id }: PreparedMachine, src: string): PreparedMachine {
  for (const [name, item] of items) {
    if (name === src) return item;
    const prefix = hostedName(name, '');
    if (src.startsWith(prefix)) return itemMachineAt(item, src.slice(prefix.length));
  }
  throw new TypeError(`The machine '${id}' hosts no machines for '${src}'.`);
}

/** Both do the same again if they are repeated. */
const hostTask: TaskSource = {
  kind: 'host',
  policy: resolveTaskPolicy({ retry: { maxAttempts: 3, interval: '2s', jitter: 'full' } }),
};

/** It has one state, which runs the actor. */
function listMachine({ id, version }: PreparedMachine, src: string) {
  return createMachine({
    id: listMachineId(id, src),
    version,
    initial: 'working',
    states: {
      working: { invoke: { src, input: ({ event }) => event.input, onDone: 'done' } },
      done: { type: 'final', output: ({ event }) => event.output },
    },
    output: ({ event }) => event.output,
  }).provide({ actors: { [src]: inert } });
}

/** It has the file cut into pages, works on them, and has the results written. For a page, it only does the latter. */
function fileMachine({ id, version }: PreparedMachine, src: string) {
  const tooManyFailed = ({ event: { output } }: { event: { readonly output?: FileOutput } }) =>
    (output?.failed ?? 0) > (output?.part?.tolerated ?? 0);
  return createMachine({
    id: listMachineId(id, src),
    version,
    initial: 'starting',
    states: {
      starting: {
        always: [
          { guard: ({ event }) => typeof event.input?.items === 'string', target: 'splitting' },
          { target: 'working' },
        ],
      },
      splitting: { invoke: { src: listTask.split, input: ({ event }) => event.input, onDone: 'working' } },
      working: {
        invoke: {
          src,
          input: ({ event }) => event.input ?? event.output,
          onDone: [{ guard: tooManyFailed, target: 'done' }, { target: 'collecting' }],
        },
      },
      collecting: { invoke: { src: listTask.collect, input: ({ event }) => event.output, onDone: 'done' } },
      done: { type: 'final', output: ({ event }) => event.output },
    },
    output: ({ event }) => event.output,
  }).provide({ actors: { [src]: inert, [listTask.split]: inert, [listTask.collect]: inert } });
}

interface FileOutput {
  readonly failed: number;
  readonly part?: { readonly tolerated: number };
}

/** The sources find what runs. */
const inert = fromPromise(() => Promise.resolve());
