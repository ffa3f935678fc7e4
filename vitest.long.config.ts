import { configDefaults, defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** The suites that are long by nature, and the scenarios with all their seeds. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    env: { MILLRACE_TESTS: 'long' },
    include: ['test/**/*.long.test.ts', 'test/scenario/**/*.test.ts'],
    exclude: configDefaults.exclude,
  },
});
