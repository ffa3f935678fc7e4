import { isObject, type Json, type JsonObject } from '../asl/json.ts';
import { InvalidDefinitionError } from '../asl/load.ts';
import {
  type InspectionData,
  InvalidStateTestError,
  type TestStateRequest,
} from '../asl/testState/request.ts';
import { testState as runTest } from '../asl/testState/testState.ts';
import { parseExactJson } from '../orchestrator/core/data/exactJson.ts';
import { checkMockedResult } from '../services/mockedResult.ts';
import { ApiError, invalidRequest } from './apiError.ts';
import { invalidDefinition } from './definitions.ts';
import type { Request } from './request.ts';
import type { ApiSurroundings } from './surroundings.ts';

/** `TestState`: tasks need a mock, for nothing is called. */
export async function testState({ now, newId }: ApiSurroundings, request: Request): Promise<JsonObject> {
  try {
    const roleArn = request.maybeText('roleArn');
    const account = roleArn?.split(':')[4];
    const { inspectionData, output, ...result } = await runTest(testOf(request), {
      now: now(),
      seed: newId(),
      checkResult: checkMockedResult,
      ...(account !== undefined && account !== '' && { account }),
    });
    return {
      ...result,
      ...(output !== undefined && { output: JSON.stringify(output) }),
      ...(inspectionData && { inspectionData: inTexts(inspectionData) }),
    };
  } catch (error) {
    if (error instanceof InvalidStateTestError) {
      throw error.of === 'definition'
        ? new ApiError('InvalidDefinition', error.message)
        : invalidRequest(error.message);
    }
    if (!(error instanceof InvalidDefinitionError)) throw error;
    throw invalidDefinition(
      error.problems.map(({ code, message, pointer }) => `${code}: ${message} at ${pointer}`).join(', '),
    );
  }
}

function testOf(request: Request): TestStateRequest {
  const mock = request.structure('mock');
  if (mock && request.flag('revealSecrets')) {
    throw invalidRequest('TestState does not support RevealSecrets when a mock is specified.');
  }
  const errorOutput = mock?.structure('errorOutput');
  const level = request.maybeText('inspectionLevel');
  const variables = request.maybeText('variables');
  const context = request.maybeText('context');
  const stateName = request.maybeText('stateName');
  const input = request.maybeText('input');
  const roleArn = request.maybeText('roleArn');
  const result = mock?.maybeText('result');
  const mode = mock?.maybeText('fieldValidationMode');
  return {
    definition: definitionIn(request.text('definition')),
    ...(stateName !== undefined && { stateName }),
    ...(input !== undefined && { input: inputIn(input) }),
    ...(variables !== undefined && { variables: objectIn(variables, 'Invalid Variables object provided') }),
    ...(context !== undefined && { context: objectIn(context, 'Invalid Context object provided') }),
    ...((level === 'DEBUG' || level === 'TRACE') && { inspectionLevel: level }),
    ...(roleArn !== undefined && { roleArn }),
    ...(mock && {
      mock: {
        ...(result !== undefined && { result }),
        ...(errorOutput && { errorOutput: errorIn(errorOutput) }),
        ...((mode === 'PRESENT' || mode === 'NONE') && { fieldValidationMode: mode }),
      },
    }),
    ...configurationIn(request),
  };
}

function errorIn(output: Request) {
  const [error, cause] = [output.maybeText('error'), output.maybeText('cause')];
  return { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
}

function configurationIn(request: Request): Pick<TestStateRequest, 'stateConfiguration'> {
  const given = request.structure('stateConfiguration');
  if (!given) return {};
  const retrierRetryCount = given.number('retrierRetryCount');
  const errorCausedByState = given.maybeText('errorCausedByState');
  const mapIterationFailureCount = given.number('mapIterationFailureCount');
  const mapItemReaderData = given.maybeText('mapItemReaderData');
  return {
    stateConfiguration: {
      ...(retrierRetryCount !== undefined && { retrierRetryCount }),
      ...(errorCausedByState !== undefined && { errorCausedByState }),
      ...(mapIterationFailureCount !== undefined && { mapIterationFailureCount }),
      ...(mapItemReaderData !== undefined && { mapItemReaderData }),
    },
  };
}

function definitionIn(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidDefinition(
      `INVALID_JSON_DESCRIPTION: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function inputIn(text: string): Json {
  try {
    return parseExactJson(text, 'input');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ApiError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${why}'`);
  }
}

function objectIn(text: string, problem: string): { readonly [key: string]: Json } {
  try {
    const value: Json = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (error) {
    throw invalidRequest(`${problem}: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw invalidRequest(`${problem}: it must be a JSON object`);
}

/** Numbers and details of errors as they are, data as JSON text. */
function inTexts(data: InspectionData): JsonObject {
  const { maxConcurrency, toleratedFailureCount, toleratedFailurePercentage, errorDetails, ...texts } = data;
  const all = Object.entries(texts).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, JSON.stringify(value)]],
  );
  return {
    ...Object.fromEntries(all),
    ...(maxConcurrency !== undefined && { maxConcurrency }),
    ...(toleratedFailureCount !== undefined && { toleratedFailureCount }),
    ...(toleratedFailurePercentage !== undefined && { toleratedFailurePercentage }),
    ...(errorDetails && { errorDetails: { ...errorDetails } }),
  };
}
