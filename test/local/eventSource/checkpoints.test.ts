import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ContiguousPosition, fileCheckpoints } from '../../../local/eventSource/checkpoints.ts';
import { ManualClock } from '../manualClock.ts';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-checkpoints-'));
  path = join(directory, 'checkpoints.json');
});

afterEach(() => rm(directory, { recursive: true }));

describe('Checkpoints in a file', () => {
  it('are written within a second, and found by the next start', async () => {
    const clock = new ManualClock();
    const checkpoints = fileCheckpoints(path, clock);
    expect(checkpoints.read('stream', 'shard')).toBeUndefined();
    checkpoints.write('stream', 'shard', '9');
    checkpoints.write('stream', 'shard', '10');
    clock.advance(1000);
    expect(fileCheckpoints(path).read('stream', 'shard')).toBe('10');
  });

  it('are written at once when asked to', () => {
    const checkpoints = fileCheckpoints(path, new ManualClock());
    checkpoints.write('stream', 'shard', '9');
    checkpoints.flush();
    expect(fileCheckpoints(path).read('stream', 'shard')).toBe('9');
  });

  it('are not those of another stream', async () => {
    const checkpoints = fileCheckpoints(path, new ManualClock());
    checkpoints.write('old stream', 'shard', '9');
    checkpoints.write('new stream', 'other shard', '1');
    checkpoints.flush();
    const found = fileCheckpoints(path);
    expect(found.read('old stream', 'shard')).toBeUndefined();
    expect(found.read('new stream', 'shard')).toBeUndefined();
    expect(found.read('new stream', 'other shard')).toBe('1');
  });

  it('are refused when the file holds something else, which is left as it is', async () => {
    await writeFile(path, 'my notes');
    expect(() => fileCheckpoints(path)).toThrow(
      expect.objectContaining({ code: 'CheckpointFileUnreadable' }),
    );
    expect(await readFile(path, 'utf8')).toBe('my notes');
  });
});

describe('The position up to which a shard is done with', () => {
  it('stays before the first record that is not, whatever comes after', () => {
    const reported: string[] = [];
    const position = new ContiguousPosition((sequenceNumber) => reported.push(sequenceNumber));
    position.pass('1');
    const [two, three] = [position.enter('2'), position.enter('3')];
    position.pass('4');
    const five = position.enter('5');
    three();
    expect(reported).toEqual(['1']);
    two();
    expect(reported).toEqual(['1', '4']);
    five();
    expect(reported).toEqual(['1', '4', '5']);
  });
});
