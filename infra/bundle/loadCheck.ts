import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InvocationAges } from '../../orchestrator/dispatch/invocationAges.ts';
import type { NeededWorkers } from '../../orchestrator/dispatch/neededWorkers.ts';
import type { BundleErrorCode, BundleProblem } from './bundleError.ts';
import { type CodeFile, writeCodeFolder } from './codeFolder.ts';

/** Lambda gives a function as long to load. */
const loadSeconds = 10;

/** The error that a module threw while it was loaded. */
interface Thrown {
  readonly code?: unknown;
  readonly name?: unknown;
  readonly message?: unknown;
  readonly problems?: readonly { path: string; problem: string; instead: string }[];
}

const loader = `const notices = (globalThis[Symbol.for('millrace.notices')] = []);
import('./index.mjs').then(
  ({ machines, invocationAges, neededWorkers, wantedNudges }) => ({ machines, invocationAges, neededWorkers, wantedNudges }),
  (error) => ({ thrown: { code: error?.code, name: error?.name, message: error?.message ?? String(error), problems: error?.problems } }),
).then((loaded) => process.send({ ...loaded, notices }, () => process.exit(0)));
`;

/** Why code does not load. */
export interface LoadFailure {
  readonly code: BundleErrorCode;
  readonly problems: readonly BundleProblem[];
}

/**
 * Loads a function's code once, in a process of its own, as Lambda will. Problems of machines show only then;
 * deployed, such a function could take no record at all. Answers nothing where it loads.
 */
export async function loadFailureOf(code: readonly CodeFile[]): Promise<LoadFailure | undefined> {
  const { failure } = await loadCode(code);
  return failure;
}

/** A machine that an orchestrator has registered. */
export interface RegisteredMachine {
  readonly machine: string;
  readonly version: string;
}

/** The outcome of loading a function's code: the machines that an orchestrator has registered, or why it does not load. */
export async function loadCode(
  code: readonly CodeFile[],
): Promise<{ readonly failure: LoadFailure } | (Registered & { readonly failure?: undefined })> {
  const { thrown, notices = [], ...registered } = await loadedFrom(code);
  for (const notice of notices) process.emitWarning(notice, 'MillraceWarning');
  return thrown ? { failure: { code: codeOf(thrown), problems: problemsOf(thrown) } } : registered;
}

/** An orchestrator's statements about its machines. Nothing where the code is another function's. */
export interface Registered {
  readonly machines?: readonly RegisteredMachine[];
  /** As the machines' timeouts have it. */
  readonly invocationAges?: InvocationAges;
  readonly neededWorkers?: NeededWorkers;
  /** Places of machines that say `nudge: true`. */
  readonly wantedNudges?: readonly string[];
}

/** The answer of the process that loads the code. */
interface Loaded extends Registered {
  readonly thrown?: Thrown;
  /** Warnings for the author of a machine that loads. */
  readonly notices?: readonly string[];
}

async function loadedFrom(code: readonly CodeFile[]): Promise<Loaded> {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-load-'));
  try {
    await writeCodeFolder(directory, code);
    await writeFile(join(directory, 'load.mjs'), loader);
    return await load(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function load(directory: string): Promise<Loaded> {
  const child = fork(join(directory, 'load.mjs'), {
    cwd: directory,
    // Not this process's own flags: a debugger's port, say, is taken.
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    timeout: loadSeconds * 1000,
    killSignal: 'SIGKILL',
  });
  let answer: Loaded | undefined;
  child.on('message', (message: typeof answer) => {
    answer = message;
  });
  // Its message may be read after its exit, but not after the channel is closed.
  const [[code, signal]] = await Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  if (answer) return answer;
  const end = signal === null ? `exit code ${code}` : `${signal}, after ${loadSeconds} seconds at most`;
  return { thrown: { message: `The process that loaded it ended with ${end}.` } };
}

/** Their messages say which machine it is. */
const machineErrors = ['MachineNotDurable', 'DuplicateMachine', 'AmbiguousVersion'] as const;

function codeOf({ code }: Thrown): BundleErrorCode {
  return machineErrors.find((known) => known === code) ?? 'CodeNotLoaded';
}

function problemsOf({ code, name, message, problems }: Thrown): BundleProblem[] {
  const text = String(message);
  if (code === 'MachineNotDurable' && problems) {
    const machine = /^Machine '.*?'/.exec(text)?.[0] ?? 'A machine';
    return problems.map(({ path, problem, instead }) => ({
      message: `${machine}, ${path}: ${problem}. Instead: ${instead}.`,
    }));
  }
  return [
    {
      message:
        machineErrors.some((known) => known === code) || name === undefined ? text : `${name}: ${text}`,
    },
  ];
}
