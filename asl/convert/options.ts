import type { KeysOf } from '../../orchestrator/core/policy/options.ts';
import type { Substitutions } from '../substitutions.ts';

export interface ConvertOptions {
  /** Id of the machine: the name that executions are started by. */
  readonly id: string;
  /** @default '1' */
  readonly version?: string;
  /** Values for `${Name}` in the definition. A name without one stays. */
  readonly substitutions?: Substitutions;
  /** The account in the context object. @default `us-east-1`, `000000000000` and no role */
  readonly account?: { readonly region?: string; readonly id?: string; readonly roleArn?: string };
  /** As which type of workflow the context object describes it. @default 'STANDARD' */
  readonly type?: 'STANDARD' | 'EXPRESS';
  /** How tasks run: by their resources, or, for tests, by workers named as their states. @default 'resources' */
  readonly tasks?: 'resources' | 'mocked';
}

export const convertOptionKeys: KeysOf<ConvertOptions> = {
  id: true,
  version: true,
  substitutions: true,
  account: true,
  type: true,
  tasks: true,
};
