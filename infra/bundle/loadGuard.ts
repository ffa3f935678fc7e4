import { basename, dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';

const scheme = 'millrace-loading:';

/** The import of a machine's module, between two that watch what it does when it is loaded. */
export function guardedImport(file: string, statement: string): string {
  const name = (edge: 'begin' | 'end') => JSON.stringify(`${scheme}${edge}:${file}`);
  return `import ${name('begin')};\n${statement}\nimport ${name('end')};`;
}

/** @param runtime the module that watches (moduleLoading.ts) */
export function loadGuards(runtime: string): Plugin {
  return {
    name: 'load-guards',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: new RegExp(`^${scheme}`) }, ({ path }) => ({
        path: path.slice(scheme.length),
        namespace: 'load-guards',
      }));
      onLoad({ filter: /.*/, namespace: 'load-guards' }, ({ path }) => {
        const file = path.slice(path.indexOf(':') + 1);
        const from = JSON.stringify(runtime);
        const contents = path.startsWith('begin:')
          ? `import * as xstate from 'xstate';\nimport { beginLoading } from ${from};\n` +
            `beginLoading(xstate.Actor?.prototype, ${JSON.stringify(`${basename(dirname(file))}/${basename(file)}`)});`
          : `import { endLoading } from ${from};\nendLoading();`;
        // The XState that the module itself imports.
        return { contents, resolveDir: dirname(file), loader: 'js' };
      });
    },
  };
}

export function loadingRuntime(packageDirectory: string, runsFromSources: boolean): string {
  const path = 'orchestrator/handlers/moduleLoading';
  return join(packageDirectory, runsFromSources ? `${path}.ts` : `dist/${path}.js`);
}
