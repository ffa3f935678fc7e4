import { createMachine, fromPromise } from 'xstate';
import { listTask } from '../policy/listFiles.ts';
import { resolveTaskPolicy } from '../policy/taskPolicy.ts';
import { type PreparedMachine, prepareMachine } from './prepare.ts';
import type { ActorSource, EachSource, TaskSource } from './sources.ts';

/** Id of the machine whose executions work on the long lists of an `each`. */
export function listMachineId(machine: string, src: string): string {
  return `${machine}.${src}`;
}

/** The machines that work on the long lists of a machine's `each` actors. Their output says what came of the list. */
export function prepareListMachines(owner: PreparedMachine): readonly PreparedMachine[] {
  return [...owner.sources].flatMap(([src, source]) =>
    source.kind === 'each' ? [prepareListMachine(owner, src, source)] : [],
  );
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
