import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildConsolePage } from './consolePage.ts';

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

/** Makes `dist/console/web`, which the console's server serves. */
await buildConsolePage(repository, join(repository, 'dist/console/web'));
