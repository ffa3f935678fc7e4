import { MillraceError } from '../errors/millraceError.ts';
/** One reason why a machine cannot be durable. */
export interface MachineProblem {
  /** Where, as a path in the machine's definition. */
  readonly path: string;
  readonly problem: string;
  /** The change that the author should make. */
  readonly instead: string;
  /** The machine runs all the same. */
  readonly isWarning?: true;
}

/** Thrown at registration, with everything that keeps the machine from being durable. */
export class MachineNotDurableError extends MillraceError {
  override readonly code = 'MachineNotDurable';
  override readonly name = 'MachineNotDurableError';
  readonly problems: readonly MachineProblem[];
  constructor(machineId: string, problems: readonly MachineProblem[]) {
    const lines = problems.map(
      ({ path, problem, instead }) => `\n- ${path}: ${problem.replace(/\.$/, '')}. Instead: ${instead}.`,
    );
    super(`Machine '${machineId}' cannot be run durably:${lines.join('')}`);
    this.problems = problems;
  }
}
