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
    // A busy machine with two cores needs most of it for tests that boot a cloud.
    testTimeout: 60_000,
    hookTimeout: 90_000,
    server: { deps: { inline: [/^millrace/] } },
  },
});
