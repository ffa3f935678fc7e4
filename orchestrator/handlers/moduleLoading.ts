/**
 * Modules of machines are loaded to register what they export. Many, XState's published examples among them, also start an
 * actor, as a script does. Here such an actor stays unstarted, and the rest of the script runs without its pauses: loading a
 * module neither runs a workflow nor takes its time.
 */

/** Notices from the loading of modules: the code that loads them reads them, else they are logged. */
const noticesKey: unique symbol = Symbol.for('millrace.notices') as never;

interface Loading {
  readonly restore: () => void;
  readonly file: string;
  readonly isScript: () => boolean;
}

let loading: Loading | undefined;

/** @param actor the prototype of the XState that the module imports */
export function beginLoading(actor: { start: () => unknown } | undefined, file: string): void {
  if (!actor) return;
  const { start } = actor;
  const { setTimeout: timeout, setInterval: interval } = globalThis;
  let started = false;
  actor.start = function (this: unknown) {
    started = true;
    return this;
  };
  const soon = (run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) =>
    timeout(run, started ? 0 : ms, ...args);
  const once = (run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) =>
    started ? timeout(() => undefined, 0) : interval(run, ms, ...args);
  Object.assign(globalThis, { setTimeout: soon, setInterval: once });
  loading = {
    file,
    isScript: () => started,
    restore: () => {
      actor.start = start;
      Object.assign(globalThis, { setTimeout: timeout, setInterval: interval });
    },
  };
}

export function endLoading(): void {
  if (!loading) return;
  const { restore, file, isScript } = loading;
  loading = undefined;
  restore();
  if (!isScript()) return;
  notice(
    `${file} starts an actor when it is loaded. Millrace registers the machines that the file exports and does not start ` +
      'the actor. Move createActor(…).start() into a script of its own.',
  );
}

function notice(text: string): void {
  if (!tellLoader(text)) console.warn(text);
}

/**
 * Reports something to the code that loads the modules to see whether they can be deployed. A function that runs has
 * no such loader.
 */
export function tellLoader(text: string): boolean {
  if (!hasLoader()) return false;
  const notices: unknown = Reflect.get(globalThis, noticesKey);
  if (Array.isArray(notices)) notices.push(text);
  return true;
}

/** Whether the modules are only loaded to see whether they can be deployed. */
export function hasLoader(): boolean {
  return Array.isArray(Reflect.get(globalThis, noticesKey));
}
