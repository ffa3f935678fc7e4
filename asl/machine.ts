import type { AnyStateMachine } from 'xstate';
import type { KeysOf } from '../orchestrator/core/policy/options.ts';
import { hostWork } from '../workers/hostWork.ts';
import { worker } from '../workers/worker.ts';
import { checkCallOptions } from './checkCallOptions.ts';
import { compileDefinition } from './compile/compileDefinition.ts';
import type { Integration, TaskPlace } from './compile/integration.ts';
import type { Observer } from './compile/observer.ts';
import { integrationOf } from './integrations/integrationOf.ts';
import { timingOf } from './integrations/timing.ts';
import { isObject, type Json } from './json.ts';
import { asksForExecutionInput } from './model/executionInput.ts';
import { readDefinition } from './model/readDefinition.ts';
import { type Substitutions, substituted } from './substitutions.ts';

export interface MachineOptions {
  /** Id of the machine: the name that executions are started by. */
  readonly id: string;
  /** @default '1' */
  readonly version?: string;
  /** Values for `${Name}` in the definition, as SAM and CDK have them in DefinitionSubstitutions. */
  readonly substitutions?: Substitutions;
  /** The account in the context object. @default `us-east-1`, `000000000000` and no role */
  readonly account?: { readonly region?: string; readonly id?: string; readonly roleArn?: string };
  /** As which type of workflow the context object describes it. @default 'STANDARD' */
  readonly type?: 'STANDARD' | 'EXPRESS';
  /**
   * How tasks run: by their resources; or, for tests, each by a worker that is named by its path in the definition
   * (`Each order/Charge`), which gets the state's arguments and gives its result. @default 'resources'
   */
  readonly tasks?: 'resources' | 'mocked';
  /**
   * For tools: called whenever a state is entered, with its path and the time. A step that is taken again calls it again.
   */
  readonly onEnter?: (path: string, at: number) => void;
  /** For tools: called with all that happens to states. A step that is taken again calls it again. */
  readonly observe?: Observer;
}

export const machineOptionKeys: KeysOf<MachineOptions> = {
  id: true,
  version: true,
  substitutions: true,
  account: true,
  type: true,
  tasks: true,
  onEnter: true,
  observe: true,
};

/**
 * The XState machine that does what a definition in Amazon States Language says.
 *
 * @param definition its JSON, found valid before ({@link checkDefinition})
 * @throws UnknownOptionError
 */
export function machineOf(definition: Json, options: MachineOptions): AnyStateMachine {
  checkCallOptions('machineOf', options, machineOptionKeys);
  const { id, version, substitutions = {}, account = {}, tasks = 'resources' } = options;
  const { region = 'us-east-1', id: accountId = '000000000000', roleArn = '' } = account;
  const json = substituted(definition, substitutions);
  if (!isObject(json)) throw new Error(`The definition of '${id}' is not an object.`);
  return compileDefinition(readDefinition(json), {
    id,
    ...(version !== undefined && { version }),
    identity: {
      arn: `arn:aws:states:${region}:${accountId}`,
      machine: id,
      roleArn,
      isExpress: options.type === 'EXPRESS',
    },
    integrate: tasks === 'mocked' ? mocked : integrationOf,
    fileTask: (kind) => (tasks === 'mocked' ? worker() : hostWork(workOfFiles[kind])),
    ...observed(options),
    keepsInput: asksForExecutionInput(json),
  });
}

function observed({ onEnter, observe }: MachineOptions): { readonly observe?: Observer } {
  if (onEnter === undefined) return observe === undefined ? {} : { observe };
  return {
    observe: (observation) => {
      observe?.(observation);
      if (observation.happening.type === 'entered') onEnter(observation.path, observation.at);
    },
  };
}

const workOfFiles = { ItemReader: 'readMapItems', ResultWriter: 'writeMapResults' } as const;

/** The worker of a task has the name of its actor, which is the task's path. */
function mocked({ task }: TaskPlace): Integration {
  return {
    logic: worker(timingOf(task)),
    input: (input) => ({ input }),
    result: (output) => output,
  };
}
