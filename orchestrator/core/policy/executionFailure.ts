/** Marks an {@link ExecutionFailure}. A registered symbol, because a machine may come from a bundle with its own copy. */
const failureKey: unique symbol = Symbol.for('millrace.executionFailure') as never;

/**
 * Thrown by a machine's own code to end its execution as FAILED, with this name and message and nothing added:
 *
 *     entry: assign(({ context }) => {
 *       throw new ExecutionFailure('OrderRejected', `Order ${context.order} was rejected.`);
 *     }),
 *
 * The execution keeps the state and tasks of before, so that it can be redriven.
 */
export class ExecutionFailure extends Error {
  readonly [failureKey] = true;
  /** @param name may be empty: a failure of Step Functions need not have one */
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

export function isExecutionFailure(thrown: unknown): thrown is ExecutionFailure {
  return typeof thrown === 'object' && thrown !== null && failureKey in thrown;
}
