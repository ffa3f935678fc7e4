import type { Json } from '../../data/json.ts';
import type { ExecutionStatus } from './execution.ts';

/**
 * One thing that a commit sends to the bus: a status that the execution entered, or an event that its machine
 * emitted.
 */
export type Emission = { readonly status: ExecutionStatus } | { readonly event: Json };
