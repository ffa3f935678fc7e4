import { parseExactJson } from '../../orchestrator/core/data/exactJson.ts';
import { NotSerializableError } from '../../orchestrator/core/data/serializable.ts';
import { isArray, isObject, type Json } from '../json.ts';
import type { State } from '../model/model.ts';
import { InvalidStateTestError, type Mock, type ResultCheck, type StateConfiguration } from './request.ts';

/** The mock of a state's work. */
export type MockedWork =
  | { readonly type: 'result'; readonly result: Json }
  | { readonly type: 'error'; readonly error: string; readonly cause: string };

/**
 * The mock of a test, checked as Step Functions checks it.
 *
 * @throws InvalidStateTestError
 */
export function mockedWork(state: State, mock: Mock | undefined): MockedWork | undefined {
  if (mock === undefined) {
    if (state.type !== 'Map' && state.type !== 'Parallel') return undefined;
    throw new InvalidStateTestError(
      'TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]',
      'definition',
    );
  }
  if (state.type !== 'Task' && state.type !== 'Map' && state.type !== 'Parallel') {
    throw new InvalidStateTestError(`State type '${state.type}' is not supported when a mock is specified`);
  }
  const { result, errorOutput } = mock;
  if ((result === undefined) === (errorOutput === undefined)) {
    throw new InvalidStateTestError(
      'A test mock should have only one of the following fields: [result, errorOutput].',
    );
  }
  if (errorOutput) return { type: 'error', error: errorOutput.error ?? '', cause: errorOutput.cause ?? '' };
  return { type: 'result', result: checkedResult(state, parsed(result ?? '', 'Mocked result')) };
}

/**
 * Compares a mocked result of a task with the API of its service.
 *
 * @throws InvalidStateTestError
 */
export async function checkAgainstService(
  state: State,
  work: MockedWork | undefined,
  { fieldValidationMode: mode = 'STRICT' }: Mock,
  check: ResultCheck,
): Promise<void> {
  if (state.type !== 'Task' || work?.type !== 'result' || mode === 'NONE') return;
  const problem = await check(state.resource, work.result, mode);
  if (problem !== undefined) {
    throw new InvalidStateTestError(`Mock result schema validation error: ${problem}`);
  }
}

function checkedResult(state: State, result: Json): Json {
  switch (state.type) {
    case 'Map':
      // With a writer, the state's result says where the results are.
      if (state.resultWriter !== undefined) return objectOnly(result);
      if (!isArray(result)) throw new InvalidStateTestError('Mocked result must be an array.');
      return result;
    case 'Parallel':
      if (!isArray(result)) throw new InvalidStateTestError('Mocked result must be an array.');
      if (result.length !== state.branches.length) {
        throw new InvalidStateTestError(
          'Mocked result must contain the same number of items as number of Parallel branches.',
        );
      }
      return result;
    default:
      // The service integrations answer objects; a function by its ARN answers anything.
      if (state.type === 'Task' && !isServiceIntegration(state.resource)) return result;
      return objectOnly(result);
  }
}

function objectOnly(result: Json): Json {
  if (isObject(result)) return result;
  throw new InvalidStateTestError('Mocked result must be a JSON object.');
}

function isServiceIntegration(resource: string): boolean {
  return /^arn:[^:]*:states:::(?!.*\.waitForTaskToken$)/.test(resource);
}

/** @throws InvalidStateTestError */
export function checkConfiguration(
  configuration: StateConfiguration,
  mock: Mock | undefined,
  items: readonly Json[] | undefined,
): void {
  const { mapIterationFailureCount: failures } = configuration;
  if (failures === undefined) return;
  if (mock === undefined) {
    throw new InvalidStateTestError(
      'TestState does not support MapIterationFailureCount when a mock is not specified.',
    );
  }
  if (items && failures > items.length) {
    throw new InvalidStateTestError(
      'Map iteration failure count must be less than or equal to the number of Map iterations',
    );
  }
}

/** @throws InvalidStateTestError */
export function parsed(text: string, what: string): Json {
  try {
    return parseExactJson(text, what);
  } catch (error) {
    if (error instanceof NotSerializableError) throw new InvalidStateTestError(error.message);
    throw new InvalidStateTestError(`${what} must be valid JSON.`);
  }
}
