import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type BuildFailure,
  type BuildOptions,
  type BuildResult,
  build,
  type Plugin,
  type StdinOptions,
} from 'esbuild';
import { BundleError, isBuildFailure, problemOf } from './bundleError.ts';
import { sourceClassNames } from './classNames.ts';
import { definitions } from './definitions.ts';
import { loadGuards, loadingRuntime } from './loadGuard.ts';

const thisFile = fileURLToPath(import.meta.url);
const runsFromSources = thisFile.endsWith('.ts');

/** This package's own folder, where its dependencies are found. */
export const packageDirectory = join(dirname(thisFile), runsFromSources ? '../..' : '../../..');

const guards = loadGuards(loadingRuntime(packageDirectory, runsFromSources));

/** The code to bundle, and where it will be. */
export type CodeEntry =
  | { readonly stdin: StdinOptions; readonly outfile: string }
  | { readonly entryPoints: { in: string; out: string }[]; readonly outdir: string };

export type CodeBuild = BuildResult<{ write: false; metafile: true }>;

export interface BuildCodeOptions {
  /** Code that takes AWS credentials from nowhere but its function's environment. @default false */
  readonly isOwnCode?: boolean;
  /** @default false */
  readonly isOrchestrator?: boolean;
}

/**
 * Bundles code for Lambda in memory: ES modules for Node.js, AWS SDK included, as small as the packages allow.
 *
 * @throws BundleError
 */
export async function buildCode(
  entry: CodeEntry,
  minify: boolean,
  { isOwnCode = false, isOrchestrator = false }: BuildCodeOptions = {},
): Promise<CodeBuild> {
  const settings: BuildOptions & { write: false; metafile: true } = {
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outExtension: { '.js': '.mjs' },
    // The ES modules of the AWS SDK can be tree-shaken, its CommonJS cannot.
    mainFields: ['module', 'main'],
    conditions: runsFromSources ? ['module', 'millrace-source'] : ['module'],
    sourcemap: true,
    sourcesContent: false,
    minify,
    logLevel: 'silent',
    // Loaded when something large is met, and then the one of Lambda's own runtime: most functions never need it.
    external: ['@aws-sdk/client-s3'],
    absWorkingDir: packageDirectory,
    plugins: [
      guards,
      definitions(packageDirectory),
      shippedPackages,
      sourceClassNames,
      shortManifests,
      ...(isOwnCode ? [credentialsOfEnvironment, smallEndpointCache, usedShapes] : []),
      ...(isOrchestrator ? [oneLambdaClient, noEventStreams] : []),
    ],
    ...entry,
  };
  try {
    const built: CodeBuild = await build(settings);
    if (!requiresAtRunTime(built)) return built;
    return await build({ ...settings, banner: { js: requireBanner } });
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    const { errors } = await failureInSources(settings, error);
    throw new BundleError(
      'CodeNotBundled',
      errors.map((each) => problemOf(each, packageDirectory)),
    );
  }
}

/** The bundler counts lines in what it is given, which for a module with classes is not what the user has written. */
async function failureInSources(settings: BuildOptions, failure: BuildFailure): Promise<BuildFailure> {
  const plugins = (settings.plugins ?? []).filter((plugin) => plugin !== sourceClassNames);
  try {
    await build({ ...settings, write: false, plugins });
    return failure;
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    return error;
  }
}

/**
 * The orchestrator invokes with the client that it imports. Its bundle also has the code by which workers nudge, and never runs
 * it: that code loads the client later, and a bundler keeps a module that is loaded later as a whole, 60 KB more.
 */
const oneLambdaClient: Plugin = {
  name: 'one-lambda-client',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^@aws-sdk\/client-lambda$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
};

/**
 * Lambda's client can read the events of a function that streams its response: 15 KB for a call that the orchestrator does not
 * make. A client that a machine's action brings along, and that imports them itself, has them.
 */
const noEventStreams: Plugin = {
  name: 'no-event-streams',
  setup: ({ onResolve, onLoad }) => {
    const ofOthers = /[\\/]@aws-sdk[\\/]client-lambda[\\/]|[\\/]submodules[\\/]protocols[\\/]/;
    onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ path, importer }) =>
      ofOthers.test(importer) ? { path, namespace: 'no-event-streams' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'no-event-streams' }, () => ({
      contents: `export const resolveEventStreamSerdeConfig = (config) => config;
export const eventStreamSerdeProvider = () => { throw new Error('An action of a machine cannot read a stream of events: do it in a worker.'); };
export const EventStreamSerde = class { constructor() { eventStreamSerdeProvider(); } };`,
    }));
  },
};

/** A client of the AWS SDK reads only the version in its package.json; the rest would be 2 KB a client. */
const shortManifests: Plugin = {
  name: 'short-manifests',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]@aws-sdk[\\/][^\\/]+[\\/]package\.json$/ }, async ({ path }) => {
      const { name, version }: { name?: string; version?: string } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ name, version }), loader: 'json' };
    });
  },
};

/**
 * A function's credentials are in its environment. Profiles, single sign-on and assumed roles, with the clients that they
 * need, would be a sixth of the orchestrator's bundle. A worker's own code may use them.
 */
const credentialsOfEnvironment: Plugin = {
  name: 'credentials-of-environment',
  setup: ({ onResolve, onLoad }) => {
    const otherProviders =
      /^@(?:aws-sdk\/credential-provider-(?:http|ini|login|process|sso|web-identity)|smithy\/credential-provider-imds)$/;
    onResolve({ filter: otherProviders }, ({ path }) => ({ path, namespace: 'credentials-of-environment' }));
    onLoad({ filter: /.*/, namespace: 'credentials-of-environment' }, () => ({
      contents:
        "throw new Error('AWS credentials of a function come from its environment (AWS_ACCESS_KEY_ID).');",
    }));
  },
};

/** DynamoDB's client may keep the few endpoints that it discovers, and brings a library for it: 7 KB that a Map does as well. */
const smallEndpointCache: Plugin = {
  name: 'small-endpoint-cache',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^mnemonist\/lru-cache$/ }, ({ path }) => ({
      path,
      namespace: 'small-endpoint-cache',
    }));
    onLoad({ filter: /.*/, namespace: 'small-endpoint-cache' }, () => ({
      contents:
        'export default class extends Map { constructor() { super(); } peek(key) { return this.get(key); } }',
    }));
  },
};

/**
 * Clients of the AWS SDK describe the shapes of their whole API in one file. A bundler cannot know that most of these lists can
 * be left out, and keeps all of them: 70 KB of Lambda's, of which the orchestrator only invokes. Lambda's errors are left out as
 * well: their names decide, which the client's base class has too.
 */
const usedShapes: Plugin = {
  name: 'used-shapes',
  setup: ({ onLoad }) => {
    onLoad(
      { filter: /[\\/]client-(?:dynamodb|lambda)[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/ },
      async ({ path }) => {
        const code = await readFile(path, 'utf8');
        const pure = code.replaceAll(
          /^(export var [\w$]+ = )(\[[\s\S]*?\]);$/gm,
          '$1/* @__PURE__ */ (() => $2)();',
        );
        const isLambda = /[\\/]client-lambda[\\/]/.test(path);
        return {
          contents: isLambda ? pure.replaceAll(/^n0_registry\.registerError\(.*\);$/gm, '') : pure,
          loader: 'js',
        };
      },
    );
  },
};

/** CommonJS packages call `require` for Node's own modules; an ES module has none unless it makes one. */
const requireBanner =
  "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);";

function requiresAtRunTime(built: CodeBuild): boolean {
  return Object.values(built.metafile.outputs).some((output) =>
    output.imports.some(({ kind, external }) => kind === 'require-call' && external === true),
  );
}

/**
 * `millrace` and `xstate` are found without being installed beside the machines: those of the user come first, those of
 * this package are the fallback.
 */
const shippedPackages: Plugin = {
  name: 'shipped-packages',
  setup: ({ onResolve, resolve }) => {
    const resolving = {};
    onResolve({ filter: /^(?:millrace|xstate)(?:\/|$)/ }, async ({ path, pluginData, ...asked }) => {
      if (pluginData === resolving) return undefined;
      const options = { ...asked, pluginData: resolving };
      const ofUser = await resolve(path, options);
      if (ofUser.errors.length === 0) return ofUser;
      const shipped = await resolve(path, { ...options, resolveDir: packageDirectory });
      return shipped.errors.length === 0 ? shipped : { errors: ofUser.errors };
    });
  },
};
