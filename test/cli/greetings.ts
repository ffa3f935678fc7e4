import type { TemporaryDirectory } from '../support/temporaryDirectory.ts';

const machine = `import { assign, setup } from 'xstate';
import { worker } from 'millrace/workers';

export const greeting = setup({
  types: {
    input: {} as { name: string },
    context: {} as { name: string; text: string },
    output: {} as { text: string },
  },
  actors: { greet: worker<{ name: string }, string>({ timeout: '20s' }) },
}).createMachine({
  id: 'greeting',
  context: ({ input }) => ({ name: input.name, text: '' }),
  initial: 'greeting',
  states: {
    greeting: {
      invoke: {
        src: 'greet',
        input: ({ context }) => ({ name: context.name }),
        onDone: { target: 'greeted', actions: assign({ text: ({ event }) => event.output }) },
      },
    },
    greeted: { always: { guard: ({ context }) => context.name !== 'shy', target: 'left' }, on: { BYE: 'left' } },
    left: { type: 'final' },
  },
  output: ({ context }) => ({ text: context.text }),
});
`;

export const greetWorker = (word: string) => `import { defineWorker } from 'millrace/workers';

export const handler = defineWorker<{ name: string }, string>(({ name }) => {
  if (name === '') throw new RangeError('nobody to greet');
  return \`${word} \${name}\`;
});
`;

/** A project of one machine and one worker. One without a name fails; a shy one waits for BYE. */
export async function writeGreetings(directory: TemporaryDirectory): Promise<void> {
  await directory.write('machines/greeting.ts', machine);
  await directory.write('workers/greet.ts', greetWorker('Hello'));
}
