import type { AnyActorLogic, AnyActorRef } from 'xstate';
import type { Context } from '../compile/context.ts';
import type { Json } from '../json.ts';
import type { QueryLanguage } from '../template/ast.ts';
import type { Variables } from '../template/evaluate.ts';
import type { StateData } from '../template/stateData.ts';
import type { ChoiceGuard } from './conditions.ts';
import type {
  Branch,
  CallOptions,
  ChoiceOptions,
  FailOptions,
  FlowOptions,
  HandlingOptions,
  Leads,
  MadeState,
  MapOptions,
  PassOptions,
  TaskOptions,
  WaitOptions,
} from './options.ts';

export interface StatesOptions<Guard extends string = string> {
  /** Id of the machine: targets lead to its states by it. */
  readonly id: string;
  /** The actors of the machine: a Task or Map state runs the one that has its name. */
  readonly actors?: Readonly<Record<string, AnyActorLogic>>;
  /** The guards of the machine, made by `when()`. */
  readonly guards?: Readonly<Record<Guard, ChoiceGuard>>;
  /** The query language of states that do not name theirs. @default 'JSONata' */
  readonly queryLanguage?: QueryLanguage;
  /** Whether an expression asks for the input of the execution by the context object; else it is not kept. @default false */
  readonly keepsInput?: boolean;
  /** The account in the context object. @default `us-east-1`, `000000000000` and no role */
  readonly account?: { readonly region?: string; readonly id?: string; readonly roleArn?: string };
  /** As which type of workflow the context object describes it. @default 'STANDARD' */
  readonly type?: 'STANDARD' | 'EXPRESS';
  /** Name of the machine in the context object. @default its id */
  readonly name?: string;
}

/** States of one scope: of the machine, or of a branch of a Parallel state. */
export interface StateMakers<Guard extends string, Assigned extends Variables> {
  passState<Input extends Json = Json>(
    name: string,
    options: PassOptions<StateData<Input, Assigned>>,
  ): MadeState;
  taskState<Input extends Json = Json>(
    name: string,
    options: TaskOptions<StateData<Input, Assigned>>,
  ): MadeState;
  choiceState<Input extends Json = Json>(
    name: string,
    options: ChoiceOptions<Guard, StateData<Input, Assigned>>,
  ): MadeState;
  waitState<Input extends Json = Json>(
    name: string,
    options: WaitOptions<StateData<Input, Assigned>>,
  ): MadeState;
  succeedState<Input extends Json = Json>(
    name: string,
    options: FlowOptions<StateData<Input, Assigned>> & Leads,
  ): MadeState;
  failState<Input extends Json = Json>(
    name: string,
    options: FailOptions<StateData<Input, Assigned>>,
  ): MadeState;
  parallelState<Input extends Json = Json>(
    name: string,
    options: ParallelOptions<Guard, Assigned, StateData<Input, Assigned>>,
  ): MadeState;
  mapState<Input extends Json = Json>(
    name: string,
    options: MapOptions<StateData<Input, Assigned>>,
  ): MadeState;
}

/** The branches get makers of their own, because each branch has data and variables of its own. */
export interface ParallelOptions<Guard extends string, Assigned extends Variables, State = StateData>
  extends CallOptions<State>,
    HandlingOptions<State>,
    Leads {
  readonly branches: readonly ((makers: StateMakers<Guard, Assigned>) => Branch)[];
}

/** The parts of a machine besides its states. */
export interface MachineParts {
  context(given: { readonly input: unknown; readonly self: AnyActorRef }): Context;
  /** Delays of Wait states, timeouts and retries: each state adds its own. */
  readonly delays: Record<string, (given: { readonly context: Context }) => number>;
  /** The output of the last state. */
  output(given: { readonly context: Context }): Json;
  readonly options: { readonly maxIterations: number };
}
