/**
 * Returned by a worker whose attempt has no result yet: nothing is written, and the task's deadline decides. For work that looks
 * at a job which goes on elsewhere.
 */
export const unfinished: unique symbol = Symbol('millrace.unfinished');
