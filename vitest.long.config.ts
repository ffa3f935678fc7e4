import { configDefaults, defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

const { projects: _, ...test } = base.test ?? {};

/** The suites that are long by nature, and the scenarios with all their seeds. */
export default defineConfig({
  ...base,
  test: {
    ...test,
    env: { MILLRACE_TESTS: 'long' },
    include: ['test/**/*.long.test.ts', 'test/scenario/**/*.test.ts'],
    exclude: configDefaults.exclude,
  },
});
