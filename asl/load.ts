import { MillraceError } from '../orchestrator/core/errors/millraceError.ts';
import { checkCallOptions } from './checkCallOptions.ts';
import type { Position } from './document/positions.ts';
import { positionOf } from './document/positions.ts';
import { type Format, readDocument } from './document/readDocument.ts';
import { isObject, type Json } from './json.ts';
import type { Problem } from './validate/problem.ts';
import { type ValidateOptions, validate, validateOptionKeys } from './validate/validate.ts';

/** A problem with the line and column of the field that it is about. */
export type PlacedProblem = Problem & Partial<Position>;

/** A definition as its text has it, with all that is wrong with it. */
export interface LoadedDefinition {
  /** Undefined where the text cannot be read. */
  readonly definition: { readonly [key: string]: Json } | undefined;
  readonly problems: readonly PlacedProblem[];
}

/** Reads and checks the text of a definition. */
export function loadDefinition(
  text: string,
  format: Format,
  options: ValidateOptions = {},
): LoadedDefinition {
  checkCallOptions('loadDefinition', options, validateOptionKeys);
  const { value, positions, faults } = readDocument(text, format);
  const ofSyntax = faults.map(({ message, position, pointer }): PlacedProblem => {
    const remedy = format === 'json' ? 'correct the JSON' : 'correct the YAML';
    return { severity: 'error', code: 'INVALID_SYNTAX', pointer, message, remedy, ...position };
  });
  if (value === undefined) return { definition: undefined, problems: ofSyntax };
  const ofRules = validate(value, options).map((problem) => ({
    ...problem,
    ...positionOf(positions, problem.pointer),
  }));
  return { definition: isObject(value) ? value : undefined, problems: [...ofSyntax, ...ofRules] };
}

/** Thrown for a definition that Step Functions would not take. */
export class InvalidDefinitionError extends MillraceError {
  override readonly code = 'InvalidDefinition';
  override readonly name = 'InvalidDefinitionError';
  readonly problems: readonly PlacedProblem[];
  /** @param name of the definition or its file */
  constructor(name: string, problems: readonly PlacedProblem[]) {
    super(
      `The definition ${name} is not valid:\n${problems.map((each) => `  ${problemText(each)}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

/** `line 12, /States/A/Next: … To correct it, …` */
export function problemText({ line, pointer, message, remedy }: PlacedProblem): string {
  const place = [line === undefined ? '' : `line ${line}`, pointer].filter((part) => part !== '').join(', ');
  return `${place}: ${message}. To correct it, ${remedy}.`;
}

export function errorsIn({ problems }: LoadedDefinition): readonly PlacedProblem[] {
  return problems.filter(({ severity }) => severity === 'error');
}
