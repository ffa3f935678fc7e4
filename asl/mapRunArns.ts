/** A run of a distributed Map state. */
export interface MapRunPlace {
  /** `arn:aws:states:<region>:<account>` */
  readonly arn: string;
  readonly machine: string;
  /** The state's `Label`, or its name. */
  readonly label: string;
  readonly executionId: string;
  /** A UUID, which also names the run's files. */
  readonly run: string;
}

/**
 * The ARN of a Map run. The run's id has the id of its execution in it, in hexadecimal digits after the UUID: runs have no
 * items of their own in the table, so this leads back from an ARN to the execution that knows the run.
 */
export function mapRunArnOf({ arn, machine, label, executionId, run }: MapRunPlace): string {
  return `${arn}:mapRun:${machine}/${label}:${run}-${Buffer.from(executionId).toString('hex')}`;
}

/** The name of the execution that works on an item in Step Functions: the run's id, and the item's place. */
export function itemExecutionName(mapRunArn: string, index: number): string {
  return `${mapRunArn.slice(mapRunArn.lastIndexOf(':') + 1)}-${index}`;
}

/** The run and the place of an item that the name of its execution has; undefined where it is not such a name. */
export function itemOfName(name: string): { readonly run: string; readonly index: number } | undefined {
  const [, run, index] = /^(.+)-(0|[1-9]\d{0,8})$/.exec(name) ?? [];
  return run === undefined ? undefined : { run, index: Number(index) };
}

/** The id of the execution that a run's id leads to; undefined where it is not the id of a run. */
export function executionIdOfRun(run: string): string | undefined {
  const hex = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-((?:[0-9a-f]{2})+)$/.exec(run)?.[1];
  return hex === undefined ? undefined : Buffer.from(hex, 'hex').toString();
}
