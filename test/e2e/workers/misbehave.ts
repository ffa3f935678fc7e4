import { defineWorker } from 'millrace/workers';

export type Mishap = 'throw' | 'throwText' | 'hang' | 'exit' | 'exhaustMemory' | 'missing';

/** Its name is that of the class, in minified bundles, too. */
class OutOfPaper extends RangeError {}

/** Ends as badly as it is asked to. */
export const handler = defineWorker(({ how }: { readonly how: Mishap }) => {
  switch (how) {
    case 'throw':
      throw new OutOfPaper('The printer is out of paper.');
    case 'throwText':
      throw 'out of paper';
    case 'hang':
      return new Promise<string>(() => {
        setInterval(() => {}, 1000);
      });
    case 'exit':
      return process.exit(1);
    case 'exhaustMemory': {
      const kept: number[][] = [];
      for (;;) kept.push(Array.from({ length: 1_000_000 }, (_, i) => i));
    }
    case 'missing':
      return 'nobody asks for this';
  }
});
