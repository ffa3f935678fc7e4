import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  // Tests run the TypeScript sources, so that `millrace/workers` and a relative import are one module.
  resolve: { conditions: ['millrace-source'] },
  ssr: { resolve: { conditions: ['millrace-source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    // They run by `npm run test:long`.
    exclude: [...configDefaults.exclude, '**/*.long.test.ts'],
    // Tests of the local cloud wait for time to pass: one more than two cores keeps both busy.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    server: { deps: { inline: [/^millrace/] } },
  },
});
