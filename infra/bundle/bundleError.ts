import { basename, isAbsolute, relative, resolve } from 'node:path';
import type { BuildFailure, Message } from 'esbuild';
import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';

/** One thing that is wrong with the user's code. */
export interface BundleProblem {
  /** Absolute; absent where the problem is in no file. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  readonly message: string;
}

export type BundleErrorCode =
  /** The code does not parse, or imports a module that does not exist. */
  | 'CodeNotBundled'
  /** It throws while it is loaded. */
  | 'CodeNotLoaded'
  | 'MachinesNotFound'
  /** A machine uses what cannot be durable. A problem for each reason. */
  | 'MachineNotDurable'
  | 'DuplicateMachine'
  | 'AmbiguousVersion'
  | 'DuplicateWorker'
  /** A machine names a worker that does not exist. */
  | 'WorkerNotFound'
  | 'InvalidWorkerName';

/** Machines or workers cannot be bundled. Nothing was written. The message has a line for each problem. */
export class BundleError extends MillraceError {
  override readonly name = 'BundleError';
  override readonly code: BundleErrorCode;
  readonly problems: readonly BundleProblem[];

  constructor(code: BundleErrorCode, problems: readonly BundleProblem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.code = code;
    this.problems = problems;
  }
}

/** `machines/order.ts:3:14: message`, with the path as it is from the current folder. */
export function formatProblem({ file, line, column, message }: BundleProblem): string {
  if (file === undefined) return message;
  const place = [relative(process.cwd(), file), line, column].filter((part) => part !== undefined).join(':');
  return `${place}: ${message}`;
}

/** The name of the code that Millrace writes to import the user's modules. */
export const generatedFile = 'generatedEntry.js';

/** An error of the bundler, about the user's own file and with what to do. */
export function problemOf({ text, location }: Message, workingDirectory: string): BundleProblem {
  const unresolved = /^Could not resolve "(.+)"$/.exec(text)?.[1];
  const [, missingIn, missing] = /^No matching export in "(.+)" for import "(.+)"$/.exec(text) ?? [];
  const isGenerated = location !== null && basename(location.file) === generatedFile;
  if (isGenerated && unresolved !== undefined && isAbsolute(unresolved)) {
    return { file: unresolved, message: 'This module does not exist: correct its path.' };
  }
  if (isGenerated && missingIn !== undefined) {
    return {
      file: resolve(workingDirectory, missingIn),
      message: `This module does not export '${missing}': write export const ${missing} = …`,
    };
  }
  if (location === null || isGenerated) return { message: text };
  return {
    file: resolve(workingDirectory, location.file),
    line: location.line,
    column: location.column + 1,
    message:
      missingIn === undefined
        ? `${text}${unresolved === undefined ? '' : adviceFor(unresolved)}`
        : `No matching export in "${relative(process.cwd(), resolve(workingDirectory, missingIn))}" for import "${missing}"`,
  };
}

function adviceFor(unresolved: string): string {
  if (unresolved.startsWith('.') || isAbsolute(unresolved))
    return ': the file does not exist. Correct the path.';
  const name = unresolved.split('/', unresolved.startsWith('@') ? 2 : 1).join('/');
  return `: install the package (npm install ${name}), or correct its name.`;
}

export function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}
