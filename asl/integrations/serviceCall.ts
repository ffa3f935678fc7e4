import type { Json } from '../json.ts';

/** Name of the worker that calls AWS services for definitions: it is deployed where they need it. */
export const serviceWorkerName = 'aws-services';

/** An action of a service, as a resource names it: `arn:aws:states:::[aws-sdk:]service:action`. */
export interface ServiceAction {
  readonly service: string;
  readonly action: string;
  /** Named with `aws-sdk:`: the API as it is. Without, Step Functions' own form of it. */
  readonly isSdk?: true;
}

/** The work that the service worker does in one task. */
export type ServiceCall = ServiceAction & {
  /** The role of the state's `Credentials`. */
  readonly roleArn?: string;
} & (
    | { readonly step: 'call'; readonly parameters: Json; readonly caller?: Caller }
    /** Starts a job, whose end the state waits for. */
    | { readonly step: 'submit'; readonly parameters: Json }
    /**
     * Looks at the job once: the task has a result only where the job has ended. All looks at a job have the same call; `startedAt`
     * is in milliseconds since the epoch.
     */
    | { readonly step: 'describe'; readonly job: Json; readonly startedAt?: number }
  );

/** ARNs of the execution that calls. */
export interface Caller {
  readonly execution: string;
  readonly stateMachine: string;
}

/** The result of a `submit`. */
export interface Submitted {
  /** The service's answer. */
  readonly answer: Json;
  /** The facts that name the job, for `describe`. */
  readonly job: Json;
  /** The role that it was started with, and is looked at with. */
  readonly roleArn?: string;
}
