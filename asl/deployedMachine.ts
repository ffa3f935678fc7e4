import type { AnyStateMachine } from 'xstate';
import { type LazyMachine, lazyMachine } from '../orchestrator/core/machine/index.ts';
import { isObject, type Json } from './json.ts';
import { type MachineOptions, machineOf } from './machine.ts';
import { type Substitutions, substitutionsVariable } from './substitutions.ts';

/**
 * The machine of a definition that was checked when it was bundled, with the substitutions of its deployment. It is compiled
 * when it is first needed.
 *
 * @param definition as JSON text: JavaScript reads that faster than an object of its own
 */
export function deployedMachine(
  definition: string,
  id: string,
  environment: Readonly<Record<string, string | undefined>>,
): LazyMachine {
  return lazyMachine(id, '1', () => {
    const substitutions: Substitutions = JSON.parse(environment[substitutionsVariable] || '{}');
    return machineOf(JSON.parse(definition), { id, substitutions });
  });
}

/** A definition that was created through the API of Step Functions. */
export interface DefinedMachine {
  readonly machine: string;
  readonly version: string;
  /** Its JSON. */
  readonly definition: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly roleArn: string;
  /** `arn:aws:states:<region>:<account>` */
  readonly arn: string;
}

/** The machine of a definition that was found valid when it was created. */
export function definedMachine(
  { machine, version, definition, type, roleArn, arn }: DefinedMachine,
  options: Pick<MachineOptions, 'observe'> = {},
): AnyStateMachine {
  const [, , , region = '', id = ''] = arn.split(':');
  const json: Json = JSON.parse(definition);
  const limited = type === 'EXPRESS' && isObject(json) ? { ...json, ...expressLimit(json) } : json;
  return machineOf(limited, { ...options, id: machine, version, type, account: { region, id, roleArn } });
}

/** An Express workflow takes no longer. */
const longestExpressSeconds = 300;

function expressLimit({ TimeoutSeconds }: { readonly [key: string]: Json }) {
  const seconds = typeof TimeoutSeconds === 'number' ? TimeoutSeconds : longestExpressSeconds;
  return { TimeoutSeconds: Math.min(seconds, longestExpressSeconds) };
}
