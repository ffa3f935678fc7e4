import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { machineLookup } from '../../../orchestrator/core/execution/model/machines.ts';
import { compareVersions } from '../../../orchestrator/core/execution/model/versions.ts';
import { prepareMachines } from '../../../orchestrator/core/machine/index.ts';

const machine = (version: string) =>
  createMachine({ id: 'm', version, initial: 'a', states: { a: { type: 'final' } } });
const lookup = (...versions: string[]) => machineLookup(prepareMachines(versions.map(machine)));

describe('the newest version is', () => {
  it.each([
    ['a release, before its release candidates', ['2.0.0-rc.1', '2.0.0'], '2.0.0'],
    ['a release, before its release candidates, with the v of a tag', ['v2.0.0-rc.1', 'v2.0.0'], 'v2.0.0'],
    ['the later candidate, with the v of a tag', ['v2.0.0-rc.9', 'v2.0.0-rc.10'], 'v2.0.0-rc.10'],
    ['the larger number beside a semantic version with a v', ['v10.0.0-rc.1', 'v9'], 'v10.0.0-rc.1'],
    ['the larger number, where only one has the v of a tag', ['v1.0.0', '2.0.0'], '2.0.0'],
    ['a release, before a candidate that alone has the v of a tag', ['v2.0.0-rc.1', '2.0.0'], '2.0.0'],
    ['the larger number beside one with a v', ['v2', '3'], '3'],
    ['the later release candidate', ['2.0.0-rc.2', '2.0.0-rc.10'], '2.0.0-rc.10'],
    ['a candidate of the next release', ['1.9.9', '2.0.0-alpha'], '2.0.0-alpha'],
    ['the larger number', ['9', '10'], '10'],
    ['the larger number within', ['1.9', '1.10'], '1.10'],
    ['the larger number behind letters', ['v9', 'v10'], 'v10'],
    ['one with an update beside one without', ['2', '2.0.1'], '2.0.1'],
    ['a number beside a semantic version', ['10.0.0-rc.1', '11'], '11'],
    [
      'one whose numbers no double holds',
      ['9007199254740993.0.0', '9007199254740992.0.0'],
      '9007199254740993.0.0',
    ],
  ])('%s', (_, versions, newest) => {
    expect(lookup(...versions).find('m', undefined)?.version).toBe(newest);
    expect(lookup(...versions.toReversed()).find('m', undefined)?.version).toBe(newest);
  });
});

describe('two versions of which neither is newer are refused at registration', () => {
  it.each([
    ['1.0.0+a', '1.0.0+b'],
    ['1.0.0', '1.0.0+build'],
    ['1.0.0-rc.1+a', '1.0.0-rc.1+b'],
    ['1', '01'],
    ['1.2', '1.02'],
    ['v1.0.0+a', 'v1.0.0+b'],
    ['v1.0.0', '1.0.0'],
    ['v2', '2'],
    ['1.0.0', '01.0.0'],
  ])('%s and %s', (one, other) => {
    const message = /^The machine 'm' is registered in the versions '.+' and '.+', and neither is newer/;
    expect(() => lookup(one, other)).toThrow(message);
    expect(() => lookup(other, '0', one)).toThrow(message);
  });
});

it('the precedence is that of https://semver.org/#spec-item-11', () => {
  const inOrder = [
    ...['1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta', '1.0.0-beta.2', '1.0.0-beta.11'],
    ...['1.0.0-rc.1', '1.0.0', '2.0.0', '2.1.0', '2.1.1', '10.0.0-0', '10.0.0--', '10.0.0-A', '10.0.0-a'],
  ];
  expect(inOrder.toReversed().sort(compareVersions)).toEqual(inOrder);
});

it('property: versions of any kind have one order, whichever are compared', () => {
  const digits = fc.constantFrom('0', '1', '2', '10', '01');
  const tail = fc.constantFrom('', '-rc', '-rc.1', '-rc.2', '-1', '-01', '-a_b', '+x', '-rc+x', '.', '-');
  const version = fc
    .tuple(fc.array(digits, { minLength: 1, maxLength: 4 }), tail)
    .chain(([numbers, end]) => fc.constantFrom('', 'v').map((v) => v + numbers.join('.') + end));
  const sign = (a: string, b: string) => Math.sign(compareVersions(a, b));
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(sign(a, b) + sign(b, a)).toBe(0);
      if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0);
      if (sign(a, b) === 0) expect(sign(a, c)).toBe(sign(b, c));
    }),
    { numRuns: 2000 },
  );
});
