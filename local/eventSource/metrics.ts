/** Counts since the event source was started. */
export interface EventSourceMetrics {
  /** Calls of `GetRecords`. */
  reads: number;
  emptyReads: number;
  /** Failed calls of the stream's API, each tried again. */
  readErrors: number;
  recordsRead: number;
  /** Not matched by the filter, so the function never saw them. */
  recordsFiltered: number;
  /** Records that the function took, duplicates included. */
  recordsDelivered: number;
  /** Records given up after the last retry. */
  recordsDiscarded: number;
  invocations: number;
  /** Invocations that ended with a function error. */
  functionErrors: number;
  /** Invocations of which the function took some of the records, or none, by its batch response. */
  partialFailures: number;
  /** Invocations that were refused because of concurrency; tried again, no retry used. */
  throttles: number;
  /** Invocations that did not reach the function for another reason; tried again, no retry used. */
  invokeErrors: number;
  bisections: number;
  retries: number;
  faults: EventSourceFaultCounts;
}

export interface EventSourceFaultCounts {
  duplicateRecord: number;
  duplicateBatch: number;
  delay: number;
}

export function noMetrics(): EventSourceMetrics {
  return {
    reads: 0,
    emptyReads: 0,
    readErrors: 0,
    recordsRead: 0,
    recordsFiltered: 0,
    recordsDelivered: 0,
    recordsDiscarded: 0,
    invocations: 0,
    functionErrors: 0,
    partialFailures: 0,
    throttles: 0,
    invokeErrors: 0,
    bisections: 0,
    retries: 0,
    faults: { duplicateRecord: 0, duplicateBatch: 0, delay: 0 },
  };
}
