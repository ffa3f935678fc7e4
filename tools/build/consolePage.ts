import { copyFile, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

/** Builds the console's page: a page, a script, a style sheet and a font, which ask for nothing else. */
export async function buildConsolePage(repository: string, outdir: string): Promise<void> {
  const web = join(repository, 'console/web');
  const require = createRequire(join(repository, 'package.json'));
  const font = join(dirname(require.resolve('@fontsource-variable/inter/package.json')), 'files');
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  await build({
    entryPoints: { page: join(web, 'main.tsx'), style: join(web, 'style/index.css') },
    outdir,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2023',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // The source of modules whose types alone are imported is never read.
    conditions: ['millrace-source'],
    external: ['/assets/*'],
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    logLevel: 'warning',
  });
  await copyFile(join(web, 'index.html'), join(outdir, 'index.html'));
  await copyFile(join(web, 'icon.svg'), join(outdir, 'icon.svg'));
  await copyFile(join(font, 'inter-latin-wght-normal.woff2'), join(outdir, 'inter.woff2'));
}
