import type { JsonObject } from '../../../asl/json.ts';

/** Calls operations of the API of Step Functions: the way in which an SDK does it. */
export interface ApiCaller {
  /** @throws ApiCallError */
  call(operation: string, request: JsonObject, signal?: AbortSignal): Promise<JsonObject>;
  close(): Promise<void>;
}

/** The API has answered with an error. */
export class ApiCallError extends Error {
  /** @param code the error's name in the API */
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = code;
  }
}
