import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const engine = createRequire(import.meta.url).resolve('elkjs/lib/elk.bundled.js');

/** Copies the one file of ELK that layouts need: the package would bring three times as much to everyone who installs Millrace. */
await mkdir(join(dist, 'console/chart'), { recursive: true });
await copyFile(engine, join(dist, 'console/chart/elk.bundled.cjs'));
