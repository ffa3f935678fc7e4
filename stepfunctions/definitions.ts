import { definedMachine } from '../asl/deployedMachine.ts';
import { errorsIn, loadDefinition, type PlacedProblem } from '../asl/load.ts';
import { prepareMachines } from '../orchestrator/core/machine/index.ts';
import { type StoredDefinition, storedDefinition } from '../orchestrator/definitions/storedDefinition.ts';
import { ApiError } from './apiError.ts';
import type { Request } from './request.ts';
import type { WorkflowType } from './stateMachineRecord.ts';

/**
 * The definition as it is stored, once it is known to be valid and that its machine can be made.
 *
 * @throws ApiError `InvalidDefinition`
 */
export function checkedDefinition(content: Omit<StoredDefinition, 'version'>): StoredDefinition {
  const problems = errorsIn(loadDefinition(content.definition, 'json', { type: content.type }));
  if (problems.length > 0) throw invalidDefinition(problems.map(problemOf).join(', '));
  const stored = storedDefinition(content);
  try {
    prepareMachines([definedMachine(stored)]);
  } catch (error) {
    throw invalidDefinition(error instanceof Error ? error.message : String(error));
  }
  return stored;
}

export function invalidDefinition(problem: string): ApiError {
  return new ApiError('InvalidDefinition', `Invalid State Machine Definition: '${problem}'`);
}

/** `SCHEMA_VALIDATION_FAILED: … at /States/A` */
function problemOf(problem: PlacedProblem): string {
  const { message, pointer } = problem;
  return `${codeOf(problem)}: ${message}${pointer === '' ? '' : ` at ${pointer}`}`;
}

function codeOf({ code }: PlacedProblem): string {
  return code === 'INVALID_SYNTAX' ? 'INVALID_JSON_DESCRIPTION' : code;
}

const mostDiagnostics = 100;

/** `ValidateStateMachineDefinition`. */
export async function validateStateMachineDefinition(request: Request) {
  const maxResults = request.number('maxResults');
  const most = maxResults === undefined || maxResults === 0 ? mostDiagnostics : maxResults;
  const includesWarnings = request.maybeText('severity') === 'WARNING';
  const type = workflowTypeOf(request);
  const { problems } = loadDefinition(request.text('definition'), 'json', { type });
  const errors = problems.filter(({ severity }) => severity === 'error');
  const shown = includesWarnings ? [...errors, ...problems.filter((each) => !errors.includes(each))] : errors;
  return {
    result: errors.length > 0 ? 'FAIL' : 'OK',
    diagnostics: shown.slice(0, most).map((problem) => ({
      severity: problem.severity === 'error' ? 'ERROR' : 'WARNING',
      code: codeOf(problem),
      message: problem.message,
      ...(problem.pointer !== '' && { location: problem.pointer }),
    })),
    truncated: shown.length > most,
  };
}

export function workflowTypeOf(request: Request): WorkflowType {
  return request.maybeText('type') === 'EXPRESS' ? 'EXPRESS' : 'STANDARD';
}
