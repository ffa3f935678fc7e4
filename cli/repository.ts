import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MillraceError } from '../orchestrator/core/errors/millraceError.ts';

/**
 * Folder of this repository, with its example machines, workers and sample files: the nearest one above this module
 * with a `package.json`, whether the module runs as source or from `dist`.
 *
 * @throws NoRepositoryError
 */
export function repositoryDirectory(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let directory = start; ; directory = dirname(directory)) {
    if (existsSync(join(directory, 'package.json'))) return directory;
    if (directory === dirname(directory)) throw new NoRepositoryError(start);
  }
}

/** Thrown when this module was copied out of the package that it belongs to. */
export class NoRepositoryError extends MillraceError {
  override readonly code = 'NoRepository';
  override readonly name = 'NoRepositoryError';
  constructor(start: string) {
    super(`No package.json was found in ${start} or above it: run the command in a clone of the repository.`);
  }
}
