import type { TaskPayload } from '../orchestrator/contract/task.ts';

/** Exists in types only. */
declare const work: unique symbol;

/** A Lambda handler that does tasks: `export const handler = defineWorker(…)`. */
export interface WorkerHandler<Input, Output = unknown> {
  (payload: TaskPayload<Input>): Promise<void>;
  /** The function that does the work, for {@link HandlerInput} and {@link HandlerOutput}. Never set. */
  readonly [work]?: (input: Input) => Output;
}

type AnyFunction = (...parameters: never[]) => unknown;

/** The function that works: of a handler, the one that it was made of. */
type WorkOf<T extends AnyFunction> = T extends { readonly [work]?: infer Work }
  ? typeof work extends keyof T
    ? Extract<Work, AnyFunction>
    : T
  : T;

type FirstParameter<F extends AnyFunction> = Parameters<F> extends [] ? unknown : Parameters<F>[0];

/** The input of a worker, of its handler or its function. Any other type is an input itself. */
export type HandlerInput<T> = T extends AnyFunction ? FirstParameter<WorkOf<T>> : T;

/** The output of a worker, of its handler or its function. Any other type does not say it. */
export type HandlerOutput<T> = T extends AnyFunction ? Awaited<ReturnType<WorkOf<T>>> : unknown;
