import type { AnyActorLogic } from 'xstate';
import { hostWork } from '../../workers/hostWork.ts';
import { worker } from '../../workers/worker.ts';

export interface FileActorOptions {
  /** Name of a worker that does the work in place of Millrace's worker host. */
  readonly worker?: string;
}

/**
 * Reads the items of a Map state from files. A Map state with `itemReader` runs the actor whose name is its own and
 * `/ItemReader`.
 */
export function itemReader(options: FileActorOptions = {}): AnyActorLogic {
  return options.worker === undefined ? hostWork('readMapItems') : worker({ worker: options.worker });
}

/**
 * Writes the results of a Map state to files. A Map state with `resultWriter` runs the actor whose name is its own and
 * `/ResultWriter`.
 */
export function resultWriter(options: FileActorOptions = {}): AnyActorLogic {
  return options.worker === undefined ? hostWork('writeMapResults') : worker({ worker: options.worker });
}
