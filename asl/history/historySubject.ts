import type { Happening } from '../compile/observer.ts';
import type { Failure } from '../dataflow/handle.ts';
import { errorNames } from '../statesError.ts';

/** The execution whose history is built. */
export interface HistorySubject {
  /** Its id, or its name in Step Functions. */
  readonly executionId: string;
  /** Name of its machine. */
  readonly machine: string;
  /** `arn:aws:states:<region>:<account>` */
  readonly arn: string;
  readonly roleArn: string;
  /** Address of the machine whose history it is. @default that of the execution */
  readonly actor?: string;
  /** The item, by its place, whose histories in the runs of distributed Maps are built too. @default none */
  readonly item?: number;
}

/** The happenings of one type. */
export type Of<Type extends Happening['type']> = Extract<Happening, { type: Type }>;

/** Whether Step Functions ends the execution at once, without a word of the states around. */
export function stopsAtOnce(failure: Failure | undefined): boolean {
  return failure?.error === errorNames.runtime;
}
