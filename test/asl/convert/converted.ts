import type { AnyStateMachine } from 'xstate';
import { StateMachine } from 'xstate';
import { convertDefinition, machineOf, readDefinition, tasksOf } from '../../../asl/index.ts';
import type { Json, JsonObject } from '../../../asl/json.ts';
import type { ExecutionDescription } from '../../../client/index.ts';
import { NotReachedError, testCloud } from '../../../testing/index.ts';
import { type CompiledModules, compileModules } from '../../../tools/asl/compileModules.ts';

/** A definition, and what its tasks answer. */
export interface Sample {
  readonly definition: JsonObject;
  readonly input?: Json;
  /** Answers of tasks by the names of their states, for one run. A task without one gives its input. */
  readonly tasks?: () => Readonly<Record<string, (input: Json) => Json>>;
  /** The workers that read or write the files of Map states. They give their input. @default such a task fails */
  readonly files?: readonly string[];
}

/** Definitions as TypeScript, compiled in one run of the compiler. */
export class Converted implements AsyncDisposable {
  readonly #compiled: CompiledModules;
  constructor(compiled: CompiledModules) {
    this.#compiled = compiled;
  }

  /** @param samples by names of files */
  static async of(samples: Readonly<Record<string, Sample>>): Promise<Converted> {
    const sources = Object.entries(samples).map(
      ([name, { definition }]) =>
        [name, convertDefinition(definition, { id: 'machine', tasks: 'mocked' })] as const,
    );
    return new Converted(await compileModules(new Map(sources), { fromSource: true }));
  }

  errors(name: string): readonly string[] {
    return this.#compiled.modules.get(name)?.errors ?? ['it is not among the modules'];
  }

  async machine(name: string): Promise<AnyStateMachine> {
    const exported = await this.#compiled.modules.get(name)?.load();
    const machine = Object.values(exported ?? {}).find((each) => each instanceof StateMachine);
    if (machine === undefined) throw new Error(`The module of '${name}' exports no machine.`);
    return machine;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#compiled[Symbol.asyncDispose]();
  }
}

/** How an execution of the machine that a definition is compiled to ends, and what its tasks were given. */
export function ranDirectly(sample: Sample): Promise<Ran> {
  const machine = machineOf(sample.definition, { id: 'machine', tasks: 'mocked' });
  return ran(machine, sample, ({ path }) => path);
}

/** As {@link ranDirectly}, of the machine that was written as TypeScript. */
export function ranConverted(machine: AnyStateMachine, sample: Sample): Promise<Ran> {
  return ran(machine, sample, ({ task }) => task.name);
}

export interface Ran {
  readonly end: Pick<ExecutionDescription, 'status' | 'output'> & { readonly error?: readonly unknown[] };
  readonly given: readonly (readonly [state: string, input: Json])[];
}

async function ran(
  machine: AnyStateMachine,
  { definition, input = {}, tasks = () => ({}), files: fileWorkers = [] }: Sample,
  workerOf: (task: { readonly path: string; readonly task: { readonly name: string } }) => string,
): Promise<Ran> {
  const given: [string, Json][] = [];
  const answers = tasks();
  const workers = [...tasksOf(readDefinition(definition))].map((each): [string, (input: unknown) => Json] => {
    const { name } = each.task;
    const answer = Object.hasOwn(answers, name) ? answers[name] : undefined;
    return [
      workerOf(each),
      (received) => {
        const data: Json = JSON.parse(JSON.stringify(received));
        given.push([name, data]);
        return answer === undefined ? data : answer(data);
      },
    ];
  });
  const files = fileWorkers.map((worker): [string, (input: unknown) => Json] => [
    worker,
    (received) => {
      const data: Json = JSON.parse(JSON.stringify(received));
      given.push([worker, data]);
      return data;
    },
  ]);
  const cloud = testCloud([machine], Object.fromEntries([...workers, ...files]), { maxEvents: 3000 });
  const { executionId } = await cloud.start(machine.id, { executionId: 'e', input });
  try {
    const { status, output, error } = await cloud.runToEnd(executionId);
    const failure = error === undefined ? {} : { error: [error.name, error.message] };
    const end = { status, ...(output !== undefined && { output }), ...failure };
    return { end, given };
  } catch (thrown) {
    if (!(thrown instanceof NotReachedError)) throw thrown;
    return { end: { status: 'RUNNING' }, given };
  }
}
