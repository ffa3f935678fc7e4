import { isActivityName } from '../../orchestrator/core/policy/activityName.ts';

/** The thing that a Task state's `Resource` names. */
export type Resource =
  | { readonly type: 'lambdaArn'; readonly arn: string; readonly functionName: string }
  | { readonly type: 'activity'; readonly arn: string; readonly name: string }
  /** `arn:aws:states:::service:action`, with how the state waits. */
  | {
      readonly type: 'service';
      readonly service: string;
      readonly action: string;
      readonly waits: Waits;
      readonly isSdk: boolean;
    }
  /** Left to a substitution. */
  | { readonly type: 'placeholder'; readonly text: string }
  | { readonly type: 'unknown'; readonly text: string };

export type Waits = 'no' | 'sync' | 'sync:2' | 'token';

export function resourceOf(text: string): Resource {
  const lambda = /^arn:[^:]*:lambda:[^:]*:[^:]*:function:([^:]+)(?::([^:]+))?$/.exec(text);
  if (lambda) return { type: 'lambdaArn', arn: text, functionName: lambda[1] ?? '' };
  const activity = /^arn:[^:]*:states:[^:]+:[^:]+:activity:(.+)$/.exec(text);
  if (isActivityName(activity?.[1])) return { type: 'activity', arn: text, name: activity[1] };
  // Region and account may be left to a substitution, whose own name may have colons.
  const service =
    /^arn:[^:]*:states:[^:]*:[^:]*:(aws-sdk:)?([A-Za-z0-9-]+):([A-Za-z0-9]+)(\.waitForTaskToken|\.sync:2|\.sync)?$/.exec(
      text.replaceAll(/\$\{[^}]*\}/g, '_'),
    );
  if (service) {
    const [, sdk, name = '', action = '', suffix] = service;
    return { type: 'service', service: name, action, waits: waitsOf(suffix), isSdk: sdk !== undefined };
  }
  return text.includes('${') ? { type: 'placeholder', text } : { type: 'unknown', text };
}

function waitsOf(suffix: string | undefined): Waits {
  switch (suffix) {
    case '.sync':
      return 'sync';
    case '.sync:2':
      return 'sync:2';
    case '.waitForTaskToken':
      return 'token';
    default:
      return 'no';
  }
}

export interface MachineName {
  readonly machine: string;
  readonly version?: string;
  readonly alias?: string;
}

/** The parts of a state machine's ARN. A number behind the name is a version, and anything else there an alias. */
export function machineNameIn(arn: string): MachineName | undefined {
  const match = /^arn:[^:]*:states:[^:]*:[^:]*:stateMachine:([^:]+)(?::([^:]+))?$/.exec(arn);
  if (!match) return undefined;
  const [, machine = '', qualifier] = match;
  if (qualifier === undefined) return { machine };
  return /^\d+$/.test(qualifier) ? { machine, version: qualifier } : { machine, alias: qualifier };
}
