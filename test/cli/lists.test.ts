import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { executionLines } from '../../cli/rendering/execution.ts';
import { historyLines } from '../../cli/rendering/history.ts';
import { descriptionOf } from '../../client/describe.ts';
import { readHistoryPage } from '../../client/history.ts';
import { each, eachFromFile, worker } from '../../workers/index.ts';
import { idleSurroundings } from '../support/idleSurroundings.ts';
import { OrchestratorRig } from '../support/orchestratorRig.ts';

const post = worker<number, string>({ timeout: '1h' });
const album = setup({ actors: { few: each(post), filed: eachFromFile(post) } }).createMachine({
  id: 'album',
  initial: 'posting',
  states: {
    posting: {
      type: 'parallel',
      states: {
        few: { invoke: { src: 'few', input: [1, 2] } },
        many: { invoke: { src: 'few', input: Array.from({ length: 201 }, (_, i) => i) } },
        filed: { invoke: { src: 'filed', input: { items: 'rows.csv' } } },
      },
    },
  },
});

async function posting() {
  const rig = new OrchestratorRig([album]);
  rig.start('album', 'e');
  await rig.deliver(rig.newInstance(), 'e');
  return rig;
}

it('a machine with the id of the one that works on lists of another is refused, and told so', () => {
  const rival = setup({}).createMachine({ id: 'album.few' });
  expect(() => new OrchestratorRig([album, rival])).toThrow(/'album\.few' is that of .* lists of 'album'/);
});

describe('a list on the command line', () => {
  it('has the place of each item that its history says was started', async () => {
    const { table } = await posting();
    const surroundings = idleSurroundings(table);
    const { items } = await readHistoryPage(surroundings, 'e', { machines: [album] });
    const lines = items
      .flatMap((entry) => historyLines(entry, '/'))
      .filter((line) => line.includes('started'));
    expect(lines.map((line) => line.trim())).toEqual([
      expect.stringMatching(/^started +task#0\.0#1 few$/),
      expect.stringMatching(/^started +task#0\.1#1 few$/),
    ]);
  });

  it('is said to be worked on by another execution where it is long, or in a file', async () => {
    const rig = await posting();
    const lines = executionLines(descriptionOf(await rig.execution('e')), {
      hasColours: false,
      directory: '/',
    }).map((line) => line.trim());
    const ofLists = lines.map((line) => /task \d \(each.*/.exec(line)?.[0]).filter(Boolean);
    expect(ofLists).toEqual([
      'task 0 (each of 2, few): 0 done, 0 of them failed, 2 in flight',
      'task 1 (each of 201, few): e.1 says how far it is',
      "task 2 (each of a file's items, filed): e.2 says how far it is",
    ]);
  });
});
