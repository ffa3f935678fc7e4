import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const thisFile = fileURLToPath(import.meta.url);

/** The module of the service worker, among the sources or in what is built of them. */
export const serviceWorkerEntry: string = join(
  dirname(thisFile),
  '../../services',
  thisFile.endsWith('.ts') ? 'handler.ts' : 'handler.js',
);
