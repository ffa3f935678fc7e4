import type { Json } from '../json.ts';
import type { Path } from '../jsonpath/ast.ts';
import type { Lazy } from '../lazily.ts';
import type { Query, QueryLanguage, ReferencePath, Template } from '../template/ast.ts';

/**
 * A definition that has been checked, as the rest of this folder sees it. Fields with expressions are read when they are first
 * needed: a large definition must not slow down the start of a function that serves others as well.
 */
export interface Definition extends StateGraph {
  readonly comment?: string;
  /** How long an execution may take. */
  readonly timeoutSeconds?: number;
}

/** A definition, a branch of a Parallel state, or what a Map state does for an item. */
export interface StateGraph {
  readonly startAt: string;
  readonly states: readonly State[];
}

export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;
export type StateType = State['type'];

interface Named {
  readonly name: string;
  readonly language: QueryLanguage;
}

export type Next = { readonly type: 'end' } | { readonly type: 'state'; readonly name: string };

/** How data goes through a state. */
export type Flow = PathFlow | ExpressionFlow;

export interface PathFlow {
  readonly language: 'JSONPath';
  readonly inputPath: Selection;
  /** `Parameters`; in a Map state, `ItemSelector` stands for it. */
  readonly parameters: Template | undefined;
  readonly resultSelector: Template | undefined;
  readonly resultPath: ReferencePath | 'discard';
  readonly outputPath: Selection;
  readonly assign: Template | undefined;
}

export interface ExpressionFlow {
  readonly language: 'JSONata';
  readonly arguments: Template | undefined;
  readonly output: Template | undefined;
  readonly assign: Template | undefined;
}

/** `InputPath` and `OutputPath`: an empty object, all, or a part. */
export type Selection = 'nothing' | 'all' | Query;

export interface PassState extends Named {
  readonly type: 'Pass';
  readonly flow: Lazy<Flow>;
  /** `Result`. */
  readonly result: Json | undefined;
  readonly next: Next;
}

export interface Handling {
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export interface TaskState extends Named, Handling {
  readonly type: 'Task';
  readonly resource: string;
  readonly flow: Lazy<Flow>;
  readonly timeoutSeconds: Lazy<Amount> | undefined;
  readonly heartbeatSeconds: Lazy<Amount> | undefined;
  /** `Credentials`: the role that a call of a service is made with. */
  readonly credentials?: Lazy<Template> | undefined;
  readonly next: Next;
}

/** A number or text that is given, or found when the state needs it. */
export type Amount =
  | { readonly type: 'literal'; readonly value: Json }
  /** `…Path`. @param text as its author wrote it */
  | { readonly type: 'path'; readonly path: Path; readonly text: string }
  | { readonly type: 'template'; readonly template: Template };

export interface ChoiceState extends Named {
  readonly type: 'Choice';
  readonly flow: Lazy<Flow>;
  readonly choices: readonly ChoiceRule[];
  readonly default: string | undefined;
}

export interface ChoiceRule {
  /** Its condition in a few words, for charts. */
  readonly text: string;
  readonly condition: Lazy<Condition>;
  readonly assign: Lazy<Template> | undefined;
  readonly output: Lazy<Template> | undefined;
  readonly next: string;
}

export type Condition =
  | { readonly type: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly type: 'not'; readonly condition: Condition }
  | { readonly type: 'test'; readonly variable: Path; readonly operator: Operator; readonly operand: Operand }
  /** JSONata's. */
  | { readonly type: 'expression'; readonly template: Template };

export type Operand =
  | { readonly type: 'value'; readonly value: Json }
  | { readonly type: 'path'; readonly path: Path };

export type Order = 'Equals' | 'LessThan' | 'GreaterThan' | 'LessThanEquals' | 'GreaterThanEquals';

export type Operator =
  | {
      readonly type: 'compare';
      readonly kind: 'String' | 'Numeric' | 'Timestamp' | 'Boolean';
      readonly order: Order;
    }
  | { readonly type: 'matches' }
  | {
      readonly type: 'is';
      readonly kind: 'Boolean' | 'Numeric' | 'String' | 'Timestamp' | 'Null' | 'Present';
    };

export interface WaitState extends Named {
  readonly type: 'Wait';
  readonly flow: Lazy<Flow>;
  readonly until: { readonly type: 'seconds' | 'timestamp'; readonly amount: Lazy<Amount> };
  readonly next: Next;
}

export interface SucceedState extends Named {
  readonly type: 'Succeed';
  readonly flow: Lazy<Flow>;
}

export interface FailState extends Named {
  readonly type: 'Fail';
  readonly error: Lazy<FailText> | undefined;
  readonly cause: Lazy<FailText> | undefined;
}

/** `isPath`: given as `ErrorPath` or `CausePath`. */
export interface FailText {
  readonly template: Template;
  readonly isPath: boolean;
}

export interface ParallelState extends Named, Handling {
  readonly type: 'Parallel';
  readonly flow: Lazy<Flow>;
  readonly branches: readonly StateGraph[];
  readonly next: Next;
}

export interface MapState extends Named, Handling {
  readonly type: 'Map';
  readonly flow: Lazy<Flow>;
  readonly isDistributed: boolean;
  readonly items: Lazy<Template> | undefined;
  readonly itemSelector: Lazy<Template> | undefined;
  readonly itemBatcher: Lazy<ItemBatcher> | undefined;
  readonly itemReader: Lazy<ItemReader> | undefined;
  readonly resultWriter: Lazy<Template> | undefined;
  readonly maxConcurrency: Lazy<Amount> | undefined;
  readonly toleratedFailureCount: Lazy<Amount> | undefined;
  readonly toleratedFailurePercentage: Lazy<Amount> | undefined;
  readonly label: string | undefined;
  readonly processor: StateGraph;
  readonly next: Next;
}

export interface ItemBatcher {
  readonly batchInput: Template | undefined;
  readonly maxItems: Amount | undefined;
  readonly maxBytes: Amount | undefined;
}

export interface ItemReader {
  readonly resource: string;
  readonly parameters: Template | undefined;
  readonly config: { readonly [key: string]: Json };
}

export interface Retrier {
  readonly errors: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number | undefined;
  readonly jitter: 'FULL' | 'NONE';
}

export interface Catcher {
  readonly errors: readonly string[];
  readonly resultPath: Lazy<ReferencePath | 'discard'>;
  readonly output: Lazy<Template> | undefined;
  readonly assign: Lazy<Template> | undefined;
  readonly next: string;
}
