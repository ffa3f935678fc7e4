import type { Json } from '../../data/json.ts';
import type { TaskError } from '../../data/thrown.ts';

export type TaskResult =
  | { readonly status: 'SUCCEEDED'; readonly output?: Json }
  | { readonly status: 'FAILED'; readonly error: TaskError };
