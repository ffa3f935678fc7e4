import { join } from 'node:path';
import { mergeConfig } from 'vitest/config';
import base from '../../vitest.config.ts';

interface Mutant {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const mutant: Mutant = JSON.parse(process.env.MILLRACE_MUTANT ?? '{}');

/** The tests, of a core that is broken in one place. */
export default mergeConfig(base, {
  plugins: [
    {
      name: 'mutation',
      enforce: 'pre',
      transform: (code: string, path: string) =>
        path.endsWith(join('/orchestrator/core/machine', mutant.file))
          ? code.replace(mutant.find, () => mutant.replace)
          : undefined,
    },
  ],
});
