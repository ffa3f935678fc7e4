import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FunctionFailure } from './environmentProtocol.ts';

export type Handler = (event: unknown, context: unknown) => unknown;

/** Errors of the runtime itself are named as Lambda names them. */
export function runtimeError(name: string, message: string, cause?: unknown): Error {
  const error = new Error(message, { cause });
  error.name = `Runtime.${name}`;
  if (cause instanceof Error && cause.stack !== undefined) error.stack = `${error.name}: ${cause.stack}`;
  return error;
}

export function describeFailure(error: unknown): FunctionFailure {
  try {
    if (error instanceof Error) {
      return {
        errorType: String(error.name),
        errorMessage: String(error.message),
        trace: String(error.stack ?? '').split('\n'),
      };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return {
      errorType: 'Error',
      errorMessage: 'The function threw a value of which neither name nor message could be read.',
      trace: [],
    };
  }
}

function findModule(codeDirectory: string, moduleName: string): string {
  for (const extension of ['.js', '.mjs', '.cjs']) {
    const file = join(codeDirectory, `${moduleName}${extension}`);
    if (existsSync(file)) return file;
  }
  throw runtimeError('ImportModuleError', `Error: Cannot find module '${moduleName}' in ${codeDirectory}`);
}

async function importModule(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw runtimeError('UserCodeSyntaxError', String(error), error);
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
      throw runtimeError('ImportModuleError', String(error), error);
    }
    throw error;
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** The function that a handler name such as `index.handler` means: `<file without extension>.<export>`. */
export async function loadHandler(codeDirectory: string, handlerName: string): Promise<Handler> {
  const file = basename(handlerName);
  const dot = file.indexOf('.');
  if (dot < 1 || handlerName.includes('..')) {
    throw runtimeError('MalformedHandlerName', `'${handlerName}' is not a valid handler name.`);
  }
  const moduleName = join(dirname(handlerName), file.slice(0, dot));
  const exportPath = file.slice(dot + 1).split('.');
  const module = await importModule(findModule(codeDirectory, moduleName));
  const handler =
    exportPath.reduce(property, module) ?? exportPath.reduce(property, property(module, 'default'));
  if (handler === undefined) {
    throw runtimeError('HandlerNotFound', `${handlerName} is undefined or not exported`);
  }
  if (typeof handler !== 'function') {
    throw runtimeError('HandlerNotFound', `${handlerName} is not a function`);
  }
  if (handler.length === 3) {
    throw runtimeError(
      'CallbackHandlerDeprecated',
      `${handlerName} takes a callback, which nodejs24.x does not call: make it an async function of (event, context).`,
    );
  }
  return (event, context) => Reflect.apply(handler, undefined, [event, context]);
}
