import { configDefaults, defineConfig } from 'vitest/config';

/** Files here keep nothing in modules or the environment, so those of a worker share what they import. */
const sharing = [
  'asl',
  'client',
  'core',
  'infra',
  'orchestrator',
  'scenario',
  'store',
  'structure',
  'testing',
  'workers',
];
const long = [...configDefaults.exclude, '**/*.long.test.ts'];

export default defineConfig({
  // Tests run the TypeScript sources, so that `millrace/workers` and a relative import are one module.
  resolve: { conditions: ['millrace-source'] },
  ssr: { resolve: { conditions: ['millrace-source'] } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'sharing',
          isolate: false,
          include: sharing.map((folder) => `test/${folder}/**/*.test.ts`),
          exclude: long,
        },
      },
      {
        extends: true,
        test: {
          name: 'isolated',
          include: ['test/**/*.test.ts'],
          exclude: [...long, ...sharing.map((folder) => `test/${folder}/**`)],
        },
      },
    ],
    // Tests of the local cloud wait for time to pass: one more than two cores keeps both busy.
    maxWorkers: 3,
    // A busy machine with two cores needs most of it for tests that boot a cloud.
    testTimeout: 60_000,
    hookTimeout: 90_000,
    server: { deps: { inline: [/^millrace/] } },
  },
});
