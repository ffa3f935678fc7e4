import type { AnyActorLogic } from 'xstate';
import type { KeysOf } from '../../orchestrator/core/policy/options.ts';
import { hostWork } from '../../workers/hostWork.ts';
import { worker } from '../../workers/worker.ts';
import { checkCallOptions } from '../checkCallOptions.ts';
import { namedWorker } from './namedWorker.ts';

export interface FileActorOptions {
  /** Name of a worker that does the work in place of Millrace's worker host. */
  readonly worker?: string;
}

const optionKeys: KeysOf<FileActorOptions> = { worker: true };

/**
 * Reads the items of a Map state from files. A Map state with `itemReader` runs the actor whose name is its own and
 * `/ItemReader`.
 */
export function itemReader(options: FileActorOptions = {}): AnyActorLogic {
  checkCallOptions('itemReader', options, optionKeys);
  return options.worker === undefined ? hostWork('readMapItems') : worker(namedWorker(options.worker));
}

/**
 * Writes the results of a Map state to files. A Map state with `resultWriter` runs the actor whose name is its own and
 * `/ResultWriter`.
 */
export function resultWriter(options: FileActorOptions = {}): AnyActorLogic {
  checkCallOptions('resultWriter', options, optionKeys);
  return options.worker === undefined ? hostWork('writeMapResults') : worker(namedWorker(options.worker));
}
