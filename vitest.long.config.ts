import { configDefaults, defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** The suites that are long by nature: more seeds, more load, waits in real time. */
export default defineConfig({
  ...base,
  test: { ...base.test, include: ['test/**/*.long.test.ts'], exclude: configDefaults.exclude },
});
