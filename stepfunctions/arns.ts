import { invalidArn } from './apiError.ts';

/** Where the ARNs of a deployment say that it is. */
export interface Account {
  readonly region: string;
  readonly accountId: string;
}

/** A state machine, one of its versions, or one of its aliases. */
export interface StateMachineArn {
  readonly type: 'stateMachine';
  readonly machine: string;
  /** A number, or the name of an alias. */
  readonly qualifier?: string;
  /** A Map state of it, whose items are executions. */
  readonly label?: string;
}

export type ResourceArn =
  | StateMachineArn
  | { readonly type: 'execution'; readonly machine: string; readonly label?: string; readonly name: string }
  | { readonly type: 'express'; readonly machine: string; readonly name: string; readonly run: string }
  | { readonly type: 'activity'; readonly name: string }
  | { readonly type: 'mapRun'; readonly machine: string; readonly label: string; readonly run: string };

export type ResourceType = ResourceArn['type'];

export function arnPrefix({ region, accountId }: Account): string {
  return `arn:aws:states:${region}:${accountId}`;
}

/**
 * @param types that make sense here
 * @throws ApiError
 */
export function parseArn<Type extends ResourceType>(
  arn: string,
  ...types: readonly Type[]
): Extract<ResourceArn, { type: Type }> {
  const match = /^arn:aws[a-z-]*:states:[^:]*:[^:]*:([^:]*):(.+)$/s.exec(arn);
  if (!match) throw invalidArn(`Invalid ARN prefix: ${arn}`);
  const [, type = '', rest = ''] = match;
  const parsed = resourceOf(type, rest);
  if (parsed === undefined) throw invalidArn(`Resource type not valid in this context: ${type}`);
  const wanted = types.find((each) => each === parsed.type);
  if (!isOf(parsed, wanted)) throw invalidArn(`Resource type not valid in this context: ${type}`);
  return parsed;
}

function isOf<Type extends ResourceType>(
  parsed: ResourceArn,
  wanted: Type | undefined,
): parsed is Extract<ResourceArn, { type: Type }> {
  return parsed.type === wanted;
}

function resourceOf(type: string, rest: string): ResourceArn | undefined {
  const [first = '', ...others] = rest.split(':');
  const [machine = '', label] = first.split('/');
  if (machine === '') return undefined;
  const labelled = label === undefined ? {} : { label };
  switch (type) {
    case 'stateMachine': {
      const [qualifier, ...more] = others;
      if (more.length > 0) throw invalidArn(`Invalid ARN resource: ${rest}`);
      return { type, machine, ...labelled, ...(qualifier !== undefined && { qualifier }) };
    }
    case 'execution':
      if (label !== undefined) {
        const { label: whole, last } = labelledOf(rest);
        return { type, machine, label: whole, name: last };
      }
      if (others.length === 0) throw invalidArn(`Invalid ARN resource: ${rest}`);
      return { type, machine, ...labelled, name: others.join(':') };
    case 'express': {
      const [name, run] = others;
      if (name === undefined || run === undefined) throw invalidArn(`Invalid ARN resource: ${rest}`);
      return { type, machine, name, run };
    }
    case 'activity':
      return { type, name: rest };
    case 'mapRun': {
      const { label: whole, last } = labelledOf(rest);
      return { type, machine, label: whole, run: last };
    }
    default:
      return undefined;
  }
}

/** A label may be the name of a state, with any characters. */
function labelledOf(rest: string): { readonly label: string; readonly last: string } {
  const [, label, last] = /^[^/:]+\/(.+):([^:]+)$/s.exec(rest) ?? [];
  if (label === undefined || last === undefined) throw invalidArn(`Invalid ARN resource: ${rest}`);
  return { label, last };
}

/** The ARNs of a deployment. */
export class Arns {
  readonly #prefix: string;

  constructor(account: Account) {
    this.#prefix = arnPrefix(account);
  }

  /** Begins every ARN. */
  get prefix(): string {
    return this.#prefix;
  }

  stateMachine(machine: string, qualifier?: string | number): string {
    const arn = `${this.#prefix}:stateMachine:${machine}`;
    return qualifier === undefined ? arn : `${arn}:${qualifier}`;
  }

  execution(machine: string, name: string): string {
    return `${this.#prefix}:execution:${machine}:${name}`;
  }

  express(machine: string, name: string, run: string): string {
    return `${this.#prefix}:express:${machine}:${name}:${run}`;
  }

  activity(name: string): string {
    return `${this.#prefix}:activity:${name}`;
  }
}
