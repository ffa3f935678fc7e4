import type { StateGraph, TaskState } from './model.ts';

/** A Task state, and where it is: the definition's names from its start, divided by slashes. */
export interface PlacedTask {
  readonly path: string;
  readonly task: TaskState;
}

/** The Task states of a definition, those in branches and iterators included. */
export function* tasksOf({ states }: StateGraph, within = ''): Generator<PlacedTask> {
  for (const state of states) {
    const path = `${within}${state.name}`;
    if (state.type === 'Task') yield { path, task: state };
    else if (state.type === 'Map') yield* tasksOf(state.processor, `${path}/`);
    else if (state.type === 'Parallel') {
      for (const [index, branch] of state.branches.entries()) yield* tasksOf(branch, `${path}/${index}/`);
    }
  }
}

/** The tasks that read the items of Map states from files (`Each order/ItemReader`), and that write results to some. */
export function* fileTasksOf({ states }: StateGraph, within = ''): Generator<FileTask> {
  for (const state of states) {
    const path = `${within}${state.name}`;
    if (state.type === 'Map') {
      if (state.itemReader) yield { path: `${path}/ItemReader`, kind: 'ItemReader' };
      if (state.resultWriter) yield { path: `${path}/ResultWriter`, kind: 'ResultWriter' };
      yield* fileTasksOf(state.processor, `${path}/`);
    } else if (state.type === 'Parallel') {
      for (const [index, branch] of state.branches.entries()) yield* fileTasksOf(branch, `${path}/${index}/`);
    }
  }
}

export interface FileTask {
  readonly path: string;
  readonly kind: 'ItemReader' | 'ResultWriter';
}
