import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, sep } from 'node:path';
import { build, type Loader, type OnLoadResult, type Plugin } from 'esbuild';
import { withEmptyNames } from './anonymousClasses.ts';
import { isBuildFailure } from './bundleError.ts';

/**
 * A bundle gives a class another name: a short one where it is minified, and `CardDeclined2` where two modules have a
 * class of that name. Guards and retry policies go by an error's class name, so classes that extend others keep the name
 * of their source. esbuild's `keepNames` does it for every function as well, which the orchestrator's bundle has no room
 * for; so it is applied to the modules that need it, one by one.
 */
export const sourceClassNames: Plugin = {
  name: 'source-class-names',
  setup: ({ onLoad, initialOptions }) => {
    // This package's own classes set `name` as well.
    const own = ['orchestrator', 'client', 'workers', 'dist'].map((folder) =>
      join(initialOptions.absWorkingDir ?? '', folder, sep),
    );
    const isOwn = (path: string) => own.some((folder) => path.startsWith(folder));
    onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, async ({ path }) => {
      if (namesItsErrors.test(path) || isOwn(path)) return undefined;
      const hasClasses = path.includes(`${sep}node_modules${sep}`) ? hasErrorSubclass : hasSubclass;
      const text = await readFile(path, 'utf8');
      const hasFunctions = olderSubclass.test(text);
      return hasFunctions || hasClasses(text) ? withClassNames(path, hasFunctions) : undefined;
    });
  },
};

/** Their error classes set `name` themselves. */
const namesItsErrors =
  /[\\/]node_modules[\\/](?:@aws-sdk|@smithy|@aws-lambda-powertools|@opentelemetry|xstate|millrace)[\\/]/;

/** Type parameters may have braces in them. */
function hasSubclass(text: string): boolean {
  const first = text.search(/\bclass\b/);
  return first >= 0 && /\bextends\b/.test(text.slice(first));
}

const wordsOfErrors = [
  ...['Error', 'Exception', 'Failure', 'Fault', 'Problem', 'Abort', 'Timeout', 'Reject', 'Refus', 'Denied'],
  ...['Declined', 'Invalid', 'NotFound', 'Conflict', 'Forbidden', 'Unauthorized'],
].join('|');

/**
 * In a dependency, where most classes are something else: by the name of the class, or of the one that it extends. One expression for
 * all of it would try each word with each other one, in modules that are mostly text.
 */
function hasErrorSubclass(text: string): boolean {
  return text.split('{').some((part) => {
    const first = part.search(/\bclass\s/);
    if (first < 0) return false;
    const head = part.slice(first);
    const extending = placesOf(/\bextends\b/g, head);
    const words = placesOf(new RegExp(wordsOfErrors, 'g'), head);
    return extending.first < words.last || words.first < extending.last;
  });
}

function placesOf(pattern: RegExp, text: string): { readonly first: number; readonly last: number } {
  let first = Number.POSITIVE_INFINITY;
  let last = -1;
  for (const { index } of text.matchAll(pattern)) {
    first = Math.min(first, index);
    last = index;
  }
  return { first, last };
}

/**
 * A class of errors that is a function: by hand, by `util.inherits`, or as TypeScript and Babel write a class for engines
 * without classes.
 */
const olderSubclass = new RegExp(
  [
    String.raw`\b_?inherits(?:Loose)?\s*\(\s*[\w$.]+\s*,\s*[\w$.]*(?:Error|Exception|Failure)`,
    String.raw`\.prototype\s*=\s*(?:new\s+|Object\.create\(\s*)[\w$.]*(?:Error|Exception|Failure)\b`,
    String.raw`\bsetPrototypeOf\(\s*[\w$.]+\.prototype\s*,\s*[\w$.]*(?:Error|Exception|Failure)\b`,
    // The end of what TypeScript makes of a class: its base is the argument.
    String.raw`^\s*\}\(\s*[\w$.]*(?:Error|Exception|Failure)[\w$]*\s*\)\)[;,]$`,
  ].join('|'),
  'm',
);

async function withClassNames(path: string, keepsFunctions: boolean): Promise<OnLoadResult> {
  const resolveDir = dirname(path);
  try {
    const { outputFiles } = await build({
      entryPoints: [basename(path)],
      absWorkingDir: resolveDir,
      outdir: resolveDir,
      write: false,
      target: 'esnext',
      keepNames: true,
      sourcemap: 'inline',
      sourcesContent: false,
      logLevel: 'silent',
      loader: { [extname(path)]: loaderOf(path) },
    });
    const text = withEmptyNames(outputFiles[0]?.text ?? '');
    return { contents: keepsFunctions ? text : text.replace(nameOfFunction, ''), loader: 'js', resolveDir };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    return { errors: error.errors.map((each) => ({ ...each, location: inFile(each.location, path) })) };
  }
}

/** A statement that names a function would keep the function in the bundle, used or not. */
const nameOfFunction = /^__name\([\w$]+, "[^"]*"\);$/gm;

function loaderOf(path: string): Loader {
  const extension = extname(path);
  if (extension === '.tsx') return 'tsx';
  if (extension.endsWith('ts')) return 'ts';
  return extension === '.jsx' ? 'jsx' : 'js';
}

function inFile<Location extends { readonly file: string }>(location: Location | null, file: string) {
  return location && { ...location, file };
}
