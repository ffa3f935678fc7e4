import type {
  Count,
  ExecutionDescription,
  ExecutionStatus,
  Finding,
  HistoryEntry,
  ListedExecution,
  Page,
} from '../../client/index.ts';
import type { Drawing } from '../chart/drawing.ts';
import type { ChartModel } from '../chart/model.ts';

/**
 * The answers of the console's server, as JSON. Every path begins with `/api`. A request needs the cookie that the address with the token
 * has set; a POST also needs the header `x-millrace-console`. Times are ISO 8601 unless a name says otherwise.
 */
export const writeHeader = 'x-millrace-console';

/** An answer that is not 2xx. */
export interface ApiFailure {
  readonly error: { readonly code: string; readonly message: string };
}

/** `GET /info` */
export interface ConsoleInfo {
  readonly tableName: string;
  /** The server refuses every write. */
  readonly isReadOnly: boolean;
  /** Ids of the machines at hand, and of those that executions of the table have. */
  readonly machines: readonly string[];
  /** Why there are no definitions of machines, where there are none. */
  readonly machinesProblem?: string;
  /** The server's clock, in milliseconds since the epoch: in a local cloud, time may pass faster. */
  readonly nowMs: number;
}

/** `GET /executions?machine&status&prefix&since&until&limit&cursor`: `machine` and `status` may be given several times. */
export interface ExecutionsPage extends Page<ListedExecution> {
  /** Where no machine is named and there are many: those whose ended executions are left out, so that a page costs few queries. */
  readonly notSearched?: readonly string[];
}

/** `GET /counts?machine`: by status, each up to about a thousand; `&all=1`: up to ten million. */
export type StatusCounts = Readonly<Record<ExecutionStatus, Count>>;

/** `GET /executions/:id`: one read of the execution. */
export interface ExecutionView {
  readonly description: ExecutionDescription;
  /** The machine as a chart, where its definition is at hand. */
  readonly chart?: MachineChart;
  /** Why there is no chart. */
  readonly chartProblem?: string;
  readonly nowMs: number;
}

/**
 * `GET /executions/:id/history?from&version`: a part of its history, from an entry on; one query for each MB. A later part
 * names the version of the first, and is read from memory.
 */
export interface ExecutionHistory {
  /** The execution's version when its history was read. */
  readonly version: number;
  readonly entries: readonly HistoryEntry[];
  /** Entries of the whole history. */
  readonly total: number;
}

export interface MachineChart {
  readonly model: ChartModel;
  readonly drawing: Drawing;
}

/** `GET /executions/:id/version` */
export interface ExecutionVersionView {
  readonly status: ExecutionStatus;
  readonly version: number;
}

/** `POST /executions/:id/actions`, `POST /start`: a request that changes something, or says what it would do. */
export type ActionRequest = Action & { readonly isDryRun?: boolean };

export type Action =
  | { readonly action: 'send'; readonly type: string; readonly event?: Readonly<Record<string, unknown>> }
  | { readonly action: 'completeTask'; readonly token: string; readonly output?: unknown }
  | {
      readonly action: 'failTask';
      readonly token: string;
      readonly name: string;
      readonly message?: string;
      readonly retryable?: boolean;
    }
  | {
      readonly action: 'redrive';
      readonly cause?: string;
      readonly version?: string;
      readonly input?: unknown;
    }
  | { readonly action: 'stop' | 'suspend' | 'resume'; readonly cause?: string }
  | StartAction;

export interface StartAction {
  readonly action: 'start';
  readonly machine: string;
  readonly version?: string;
  readonly executionId?: string;
  readonly input?: unknown;
}

/** `says`: what it does, or would do, in a sentence or two. */
export interface ActionAnswer {
  readonly says: string;
  /** For a start: the execution that was started. */
  readonly executionId?: string;
}

/**
 * `POST /bulk`: the same request for many executions, of each of the machines in each of the statuses. `machine` and `status` may
 * name a single one.
 */
export interface BulkRequest {
  readonly control: 'stop' | 'redrive' | 'suspend' | 'resume';
  readonly machines: readonly string[];
  readonly statuses: readonly ExecutionStatus[];
  readonly idPrefix?: string;
  /** When they entered their status. Not with RUNNING. */
  readonly since?: number;
  readonly until?: number;
  readonly cause?: string;
  readonly isDryRun?: boolean;
}

/** `POST /bulk`, `GET /bulk/:id`, `POST /bulk/:id/cancel` */
export interface BulkProgress {
  readonly id: string;
  readonly request: BulkRequest;
  readonly isDone: boolean;
  /** Executions by outcome so far. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Executions so far, by machine and status: those that have none are left out. */
  readonly parts: readonly {
    readonly machine: string;
    readonly status: ExecutionStatus;
    readonly count: number;
  }[];
  /** Ids of the first ones. */
  readonly examples: readonly string[];
  readonly error?: string;
}

/** `GET /machines` */
export interface MachineSummary {
  readonly machine: string;
  /** Oldest first. */
  readonly versions: readonly string[];
}

/** `GET /machines/:id?version` */
export interface MachineView extends MachineSummary {
  readonly version: string;
  readonly chart?: MachineChart;
  readonly chartProblem?: string;
  /** The machine's definition as JSON. Functions are shown by their names. */
  readonly source?: unknown;
}

/** `GET /machines/:id/numbers`: from a sample of executions, because the table keeps no such numbers. */
export interface MachineNumbers {
  readonly counts: StatusCounts;
  /** Executions that run now, by leaf state. */
  readonly now: readonly { readonly state: string; readonly count: number }[];
  readonly runningSampled: number;
  readonly states: readonly StateNumbers[];
  /** How the executions of the sample ended, and where: the most frequent first. */
  readonly ends: readonly {
    readonly status: ExecutionStatus;
    readonly state: string;
    readonly count: number;
  }[];
  /** Executions of the sample that have ended: all of them, where that is their number in `counts`. */
  readonly endedSampled: number;
  /** The sample is still being read: ask again. */
  readonly isMeasuring: boolean;
  readonly price?: PricePerMillion;
}

export interface StateNumbers {
  /** Keys from the root, joined by dots. */
  readonly state: string;
  readonly visits: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly failures: number;
}

/** USD for a million executions like those of the sample: DynamoDB's writes here, state transitions of Step Functions. */
export interface PricePerMillion {
  /** Attempts of tasks. */
  readonly taskSteps: number;
  readonly writeUnits: number;
  readonly millraceUsd: number;
  readonly stateTransitions: number;
  readonly stepFunctionsUsd: number;
}

/** `GET /pending` */
export interface PendingView {
  readonly tasks: readonly PendingTask[];
  /** Executions that wait for a machine or version that is not deployed, or for a definition that fits. */
  readonly machines: readonly PendingMachine[];
  /** Executions that a person has to redrive or resume. */
  readonly parked: readonly ListedExecution[];
  /** RUNNING executions that were looked at; there may be more. */
  readonly looked: number;
  readonly isPartial: boolean;
}

export interface PendingTask {
  readonly executionId: string;
  readonly machine: string;
  readonly worker: string;
  readonly token: string;
  readonly deadline?: string;
}

export interface PendingMachine {
  readonly executionId: string;
  readonly machine: string;
  readonly version?: string;
  readonly code: string;
  readonly message: string;
  readonly since?: string;
  readonly nextAttemptAt?: string;
}

/** `GET /doctor`: a dry run of the doctor, which reads the whole table. */
export interface DoctorView {
  readonly findings: readonly Finding[];
  readonly executions: number;
  readonly readUnits: number;
}

/** `GET /executions/:id/cost` */
export interface ExecutionCost extends PricePerMillion {
  /** Where the write units went. */
  readonly parts: readonly { readonly what: string; readonly writeUnits: number }[];
}

/** `GET /cost` */
export interface CostView {
  readonly machines: readonly {
    readonly machine: string;
    readonly sampled: number;
    /** Its executions that have ended. */
    readonly ended: Count;
    /** The sample is still being read: ask again. */
    readonly isMeasuring: boolean;
    readonly price?: PricePerMillion;
  }[];
  /** Units that the console itself has used since it started. */
  readonly console: { readonly readUnits: number; readonly writeUnits: number };
}
