import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { parseAst } from 'rolldown/parseAst';

const project = fileURLToPath(new URL('../..', import.meta.url));
const traced = `${project}orchestrator/core/execution/`;

/**
 * Bundles a module so that each function of `orchestrator/core/execution` gives its file to `globalThis.onEnter` when it is
 * called. A getter reads a field: `onField` is given 1 when one begins, and -1 when it ends.
 */
export async function bundleTraced(entry, outfile) {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['millrace-source'],
    external: ['@aws-sdk/*', 'xstate'],
    logLevel: 'error',
    plugins: [
      {
        name: 'trace',
        setup({ onLoad }) {
          onLoad({ filter: /\.ts$/ }, async ({ path }) => {
            if (!path.startsWith(traced)) return undefined;
            const { code } = await transform(await readFile(path, 'utf8'), { loader: 'ts' });
            return { contents: withTrace(code, path.slice(traced.length)), loader: 'js' };
          });
        },
      },
    ],
  });
  return outfile;
}

function withTrace(code, file) {
  const inserts = [];
  const seen = new Set();
  visit(parseAst(code), (node) => {
    if (node.type === 'MethodDefinition' && node.kind === 'get') {
      const { body } = node.value;
      seen.add(node.value.start);
      inserts.push(
        [body.start + 1, 'globalThis.onField?.(1);try{'],
        [body.end - 1, '}finally{globalThis.onField?.(-1);}'],
      );
    }
    const isFunction = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
    if (!isFunction || seen.has(node.start)) return;
    seen.add(node.start);
    const enter = `globalThis.onEnter?.(${JSON.stringify(file)})`;
    const { body } = node;
    if (body.type === 'BlockStatement') inserts.push([body.start + 1, `${enter};`]);
    // An object in parentheses begins within them.
    else inserts.push([body.start, `(${enter}, `], [body.end, ')']);
  });
  const sorted = inserts.sort(([a], [b]) => b - a);
  let text = code;
  for (const [place, insert] of sorted) text = text.slice(0, place) + insert + text.slice(place);
  return text;
}

function visit(node, see) {
  if (Array.isArray(node)) for (const each of node) visit(each, see);
  if (typeof node !== 'object' || node === null) return;
  if (typeof node.type === 'string') see(node);
  for (const [key, value] of Object.entries(node)) if (key !== 'parent') visit(value, see);
}
