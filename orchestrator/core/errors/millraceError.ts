/** The meaning of an error for its reader. Closed: exit codes and the reference follow from it. */
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
  ActorNotDeployed: 'execution',
  AddressInUse: 'environment',
  AddressNotAvailable: 'environment',
  AmbiguousVersion: 'usage',
  BusUnavailable: 'unavailable',
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
  ExceedToleratedFailureThreshold: 'execution',
  ExecutionAlreadyExists: 'conflict',
  ExecutionEnded: 'conflict',
  ExecutionNotFound: 'notFound',
  ExecutionNotSucceeded: 'execution',
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
  InvalidDelay: 'execution',
  InvalidDeployment: 'usage',
  InvalidDuration: 'usage',
  InvalidEach: 'usage',
  InvalidEvent: 'usage',
  InvalidEventPath: 'usage',
  InvalidEventPattern: 'usage',
  InvalidExecutionId: 'usage',
  InvalidFault: 'usage',
  InvalidInput: 'usage',
  InvalidItems: 'execution',
  InvalidLog: 'defect',
  InvalidMachineId: 'usage',
  InvalidObjectKey: 'environment',
  InvalidRetryPolicy: 'usage',
  InvalidRule: 'usage',
  InvalidTargetInput: 'usage',
  InvalidTaskError: 'usage',
  InvalidTaskPolicy: 'usage',
  InvalidTaskToken: 'usage',
  InvalidTemplate: 'usage',
  InvalidTimeScale: 'usage',
  InvalidWait: 'usage',
  InvalidWorkerName: 'usage',
  ItemReaderFailed: 'execution',
  ItemResultsNeeded: 'data',
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
  RecoveryFailed: 'unavailable',
  RecoveryFunctionFailed: 'unavailable',
  RecoveryUnavailable: 'environment',
  ReplayDiverged: 'diverged',
  ReservedEventType: 'usage',
  SentDirectly: 'execution',
  SentFromAction: 'execution',
  SinceNotApplicable: 'usage',
  StoreNotConfigured: 'environment',
  StoreUnavailable: 'unavailable',
  StoredDataTooLarge: 'usage',
  SystemIdElsewhere: 'execution',
  TableMismatch: 'environment',
  TaskAlreadyCompleted: 'conflict',
  TaskMismatch: 'defect',
  TaskNotOpen: 'conflict',
  UnknownOption: 'usage',
  UnprocessedKeys: 'unavailable',
  UnreadableAttribute: 'data',
  UnreadableBatch: 'data',
  UnreadableExecution: 'data',
  UnreadableObject: 'data',
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

/** Base of every error class of Millrace's. */
export abstract class MillraceError extends Error {
  abstract readonly code: ErrorCode;

  get kind(): ErrorKind {
    return kinds[this.code];
  }
}
