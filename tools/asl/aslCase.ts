import type { JsonObject } from '../../asl/json.ts';
import type { Json } from '../../orchestrator/core/data/json.ts';

/** A definition, an input, and what Step Functions has made of them. */
export interface AslCase {
  readonly id: string;
  readonly kind: string;
  readonly queryLanguage: string;
  readonly definition: JsonObject;
  readonly type?: 'STANDARD' | 'EXPRESS';
  readonly input?: Json;
  readonly expected: Expected;
  /** Texts that stand for anything in their place. */
  readonly wildcards?: readonly string[];
  readonly mocks?: { readonly ordered?: readonly Mock[] };
}

export interface Expected {
  readonly status: string;
  readonly output?: Json;
  readonly error?: string | null;
  readonly cause?: string | null;
}

/** A task's input and answer. */
export interface Mock {
  /** Name of the state. Absent: any. */
  readonly state?: string | null;
  readonly input?: Json;
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
  readonly timedOut?: boolean;
}

/** The lines of a file of cases are trusted to be such. */
export function isAslCase(value: unknown): value is AslCase {
  return (
    typeof value === 'object' &&
    value !== null &&
    'definition' in value &&
    'expected' in value &&
    'id' in value
  );
}
