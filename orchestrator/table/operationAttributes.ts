import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Execution, Failed } from '../core/execution/model/execution.ts';
import { type Attributes, isObject, jsonAttribute, jsonOf } from './attributes.ts';

type OperationFields = Pick<
  Execution,
  | 'failed'
  | 'redriveNumber'
  | 'suspendedAt'
  | 'timeoutAt'
  | 'startedOnVersion'
  | 'inputPatch'
  | 'traceparent'
  | 'answerTo'
  | 'redrives'
  | 'renewedAt'
>;

/**
 * The attributes of the `execution` item for timeouts, redrives, suspension, tracing and the renewal of its data.
 * Most items have none of them.
 */
export function operationAttributes(execution: OperationFields): Attributes {
  const { failed, redriveNumber, suspendedAt, timeoutAt, startedOnVersion, inputPatch, traceparent } =
    execution;
  const { renewedAt, answerTo, redrives } = execution;
  const item: Attributes = {};
  if (failed !== undefined) item.failed = jsonAttribute({ ...failed });
  if (redriveNumber !== undefined) item.redriveNumber = { N: String(redriveNumber) };
  if (suspendedAt !== undefined) item.suspendedAt = { N: String(suspendedAt) };
  if (timeoutAt !== undefined) item.timeoutAt = { N: String(timeoutAt) };
  if (startedOnVersion !== undefined) item.startedOnVersion = { S: startedOnVersion };
  if (renewedAt !== undefined) item.renewedAt = { N: String(renewedAt) };
  if (inputPatch !== undefined) item.inputPatch = jsonAttribute(inputPatch);
  if (traceparent !== undefined) item.traceparent = { S: traceparent };
  if (answerTo !== undefined) item.answerTo = { S: answerTo };
  if (redrives) item.redrives = jsonAttribute({ ...redrives });
  return item;
}

type Optionally = <T>(name: string, decode: (value: AttributeValue) => T | undefined) => T | undefined;

/** @param optionally reads an attribute of the item, or throws that it is unreadable */
export function operationFields(optionally: Optionally): OperationFields {
  const failed = optionally('failed', failedOf);
  const redriveNumber = optionally('redriveNumber', numberOf);
  const suspendedAt = optionally('suspendedAt', numberOf);
  const timeoutAt = optionally('timeoutAt', numberOf);
  const renewedAt = optionally('renewedAt', numberOf);
  const startedOnVersion = optionally('startedOnVersion', (value) => value.S);
  const inputPatch = optionally('inputPatch', jsonOf);
  const traceparent = optionally('traceparent', (value) => value.S);
  const answerTo = optionally('answerTo', (value) => value.S);
  const redrives = optionally('redrives', redrivesOf);
  return {
    ...(failed !== undefined && { failed }),
    ...(redriveNumber !== undefined && { redriveNumber }),
    ...(suspendedAt !== undefined && { suspendedAt }),
    ...(timeoutAt !== undefined && { timeoutAt }),
    ...(startedOnVersion !== undefined && { startedOnVersion }),
    ...(renewedAt !== undefined && { renewedAt }),
    ...(inputPatch !== undefined && { inputPatch }),
    ...(traceparent !== undefined && { traceparent }),
    ...(answerTo !== undefined && { answerTo }),
    ...(redrives && { redrives }),
  };
}

function numberOf(value: AttributeValue): number | undefined {
  return value.N === undefined ? undefined : Number(value.N);
}

function redrivesOf(value: AttributeValue): Execution['redrives'] {
  const redrives = jsonOf(value);
  if (!isObject(redrives)) return undefined;
  const { count, lastAt } = redrives;
  return typeof count === 'number' && typeof lastAt === 'number' ? { count, lastAt } : undefined;
}

function failedOf(value: AttributeValue): Failed | undefined {
  const failed = jsonOf(value);
  if (!isObject(failed)) return undefined;
  const { task, item, reference, messages } = failed;
  return {
    ...(typeof task === 'number' && { task }),
    ...(typeof item === 'number' && { item }),
    ...(typeof reference === 'string' && { reference }),
    ...(typeof messages === 'number' && { messages }),
  };
}
