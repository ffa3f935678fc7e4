import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionDescription } from '../../infra/description.ts';
import type { Environment, InvocationRequest } from './environment.ts';
import { FifoQueue } from './fifoQueue.ts';

/** A function and the environments that there are of it. */
export class DeployedFunction {
  description: FunctionDescription;
  /** Distinguishes revisions of configuration and code. */
  revision: string;
  readonly environments = new Set<Environment>();
  /** The last one used is the first to be used again, so that the others get old enough to be ended. */
  readonly idle: Environment[] = [];
  /** Synchronous invocations that were admitted and wait for an environment to start. */
  readonly waiting = new FifoQueue<InvocationRequest>();
  /** For taking turns: when it last got an event. */
  lastTurn = 0;

  constructor(description: FunctionDescription) {
    this.description = description;
    this.revision = revisionOf(description);
  }

  get starting(): number {
    let count = 0;
    for (const environment of this.environments) if (environment.state === 'starting') count += 1;
    return count;
  }

  forget(environment: Environment): void {
    this.environments.delete(environment);
    const position = this.idle.indexOf(environment);
    if (position >= 0) this.idle.splice(position, 1);
  }

  end(environment: Environment): void {
    this.forget(environment);
    environment.end();
  }
}

/** Configuration and code as one digest. It depends neither on file times nor on where the code is. */
export function revisionOf({ codeDirectory, ...configuration }: FunctionDescription): string {
  const hash = createHash('sha256').update(JSON.stringify(configuration));
  for (const file of filesOf(codeDirectory)) {
    hash.update(`\0${file}\0`).update(readFileSync(join(codeDirectory, file)));
  }
  return hash.digest('base64');
}

function filesOf(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(directory.length))
      .sort();
  } catch (error) {
    // Code that is not there yet fails each invocation with Runtime.ImportModuleError; deploying it is not an error.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
