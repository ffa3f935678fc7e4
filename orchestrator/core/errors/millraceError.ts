/** The meaning of an error for its reader. Closed: exit codes, decisions to retry and the reference follow from it. */
export type ErrorKind =
  /** A given value cannot be used: an option, an input, a machine's definition. Nothing was written. */
  | 'usage'
  /** There is no such execution. */
  | 'notFound'
  /** The request does not fit the state that is there. */
  | 'conflict'
  /** The time to wait was over. */
  | 'timeout'
  /** Something that Millrace needs did not answer: another attempt may succeed. */
  | 'unavailable'
  /** The surroundings are not as they have to be: a setting, a permission, a process that does not run. */
  | 'environment'
  /** Stored data is missing, damaged, or more than fits. */
  | 'data'
  /** A replay is not what was recorded. */
  | 'diverged'
  /** A machine or a worker did what Millrace does not allow; its execution says so. */
  | 'execution'
  | 'interrupted'
  /** A defect of Millrace. */
  | 'defect';

/** Every code of an error class of Millrace's. docs/reference/errors.md says when each is met. */
const kinds = {
  ActorNotDeployed: 'environment',
  AddressInUse: 'environment',
  AddressNotAvailable: 'environment',
  AmbiguousVersion: 'usage',
  BusUnavailable: 'unavailable',
  CannotReachAws: 'unavailable',
  CannotReachBus: 'unavailable',
  CaseFile: 'environment',
  CheckpointFileUnreadable: 'data',
  CodeNotBundled: 'usage',
  CodeNotLoaded: 'usage',
  Contention: 'unavailable',
  ControlMismatch: 'conflict',
  DefinitionMismatch: 'conflict',
  DifferentMachine: 'conflict',
  DuplicateFunctionName: 'usage',
  DuplicateMachine: 'usage',
  DuplicateWorker: 'usage',
  WorkerNotFound: 'usage',
  EmittedFromTask: 'execution',
  EndlessLoop: 'execution',
  EngineStartFailed: 'environment',
  EventSourceStopped: 'interrupted',
  ExpressionLimit: 'execution',
  ExceedToleratedFailureThreshold: 'execution',
  ExecutionAlreadyExists: 'conflict',
  ExecutionEnded: 'conflict',
  ExecutionNotFound: 'notFound',
  ExecutionNotSucceeded: 'execution',
  FunctionCallFailed: 'unavailable',
  FunctionInit: 'environment',
  HistoryEntryNotFound: 'usage',
  ImpossibleTest: 'usage',
  IndexNotFound: 'environment',
  InputOrder: 'defect',
  InputPatchNotApplicable: 'conflict',
  Interrupted: 'interrupted',
  InvalidConfiguration: 'environment',
  InvalidCursor: 'usage',
  InvalidDefinition: 'usage',
  UnconvertibleDefinition: 'usage',
  InvalidDelay: 'execution',
  InvalidDeployment: 'usage',
  InvalidDuration: 'usage',
  InvalidEach: 'usage',
  InvalidEvent: 'usage',
  InvalidEventPath: 'usage',
  InvalidEventPattern: 'usage',
  InvalidExecutionId: 'usage',
  InvalidExpression: 'usage',
  InvalidFunctionArgument: 'execution',
  InvalidFault: 'usage',
  InvalidInput: 'usage',
  InvalidItems: 'execution',
  InvalidLog: 'defect',
  InvalidMachineId: 'usage',
  InvalidObjectKey: 'environment',
  InvalidMockConfig: 'usage',
  InvalidRetryPolicy: 'usage',
  InvalidRule: 'usage',
  InvalidStateTest: 'usage',
  InvalidSyntax: 'usage',
  InvalidTargetInput: 'usage',
  InvalidTaskError: 'usage',
  InvalidTaskPolicy: 'usage',
  InvalidActivityName: 'usage',
  InvalidTaskToken: 'usage',
  InvalidTemplate: 'usage',
  InvalidTimeScale: 'usage',
  InvalidWait: 'usage',
  InvalidWorkerName: 'usage',
  ItemReaderFailed: 'execution',
  ItemResultsNeeded: 'data',
  PageNeeded: 'data',
  ItemResultMissing: 'data',
  ItemTooLarge: 'usage',
  JournalIncomplete: 'diverged',
  LocalCloudRunning: 'environment',
  MachineNotDurable: 'usage',
  MachinesNotFound: 'usage',
  NoBus: 'environment',
  NoCloud: 'environment',
  NoLocalEngine: 'environment',
  NoRepository: 'environment',
  NotReached: 'usage',
  NotRedrivable: 'conflict',
  NotSerializable: 'usage',
  ObjectNotFound: 'data',
  ObjectTooLarge: 'data',
  ObservedDirectly: 'execution',
  PathNotFound: 'execution',
  RecoveryFailed: 'unavailable',
  RecoveryFunctionFailed: 'unavailable',
  RecoveryUnavailable: 'environment',
  RedriveTooLate: 'conflict',
  ReplayDiverged: 'diverged',
  ReservedEventType: 'usage',
  SentDirectly: 'execution',
  SentFromAction: 'execution',
  ServiceCallFailed: 'unavailable',
  SinceNotApplicable: 'usage',
  StatesError: 'execution',
  StoreNotConfigured: 'environment',
  StoreUnavailable: 'unavailable',
  StoredDataTooLarge: 'usage',
  SystemIdElsewhere: 'execution',
  TableMismatch: 'environment',
  TaskAlreadyCompleted: 'conflict',
  TaskMismatch: 'defect',
  TaskNotOpen: 'conflict',
  UnfitEvent: 'usage',
  UnknownOption: 'usage',
  UnnamedLogic: 'execution',
  UnprocessedKeys: 'unavailable',
  UnreadableAttribute: 'data',
  UnreadableBatch: 'data',
  UnreadableExecution: 'data',
  UnreadableObject: 'data',
  UnsupportedPattern: 'usage',
  UnsupportedResource: 'execution',
  WaitTimeout: 'timeout',
  WorkerOutsideMillrace: 'usage',
} as const satisfies Readonly<Record<string, ErrorKind>>;

/** Stable: programs may go by it. */
export type ErrorCode = keyof typeof kinds;

export const errorCodes = Object.keys(kinds) as readonly ErrorCode[];

/** Undefined for a code that is not Millrace's. */
export function kindOfCode(code: string): ErrorKind | undefined {
  return Object.hasOwn(kinds, code) ? kinds[code as ErrorCode] : undefined;
}

/** Whether the same call may succeed later, although its caller changes nothing. Every decision to retry goes by this. */
const passes: Readonly<Record<ErrorKind, boolean>> = {
  usage: false,
  // A start may not have been applied yet.
  notFound: true,
  conflict: false,
  timeout: true,
  unavailable: true,
  environment: true,
  data: false,
  diverged: false,
  execution: false,
  interrupted: true,
  // Nothing is known of it.
  defect: true,
};

export function mayPass(kind: ErrorKind): boolean {
  return passes[kind];
}

/** Base of every error class of Millrace's. */
export abstract class MillraceError extends Error {
  abstract readonly code: ErrorCode;

  get kind(): ErrorKind {
    return kinds[this.code];
  }

  /** Follows from the kind. A task that ends with a Millrace error is retried by it, as by the field of a worker's error. */
  get retryable(): boolean {
    return mayPass(this.kind);
  }
}
