import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { positionOf } from '../../asl/document/positions.ts';
import { readDocument } from '../../asl/document/readDocument.ts';

describe('a JSON document', () => {
  it('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 2), (json, indent) => {
        const text = JSON.stringify(JSON.parse(json), null, indent);
        expect(readDocument(text, 'json')).toMatchObject({ value: JSON.parse(text), faults: [] });
      }),
    );
  });

  it('knows where its parts stand', () => {
    const { positions } = readDocument('{\n  "a": [1,\n    {"b/c": 2}]\n}', 'json');
    expect(positionOf(positions, '/a')).toEqual({ line: 2, column: 3 });
    expect(positionOf(positions, '/a/1/b~1c')).toEqual({ line: 3, column: 6 });
    expect(positionOf(positions, '/a/1/missing')).toEqual({ line: 3, column: 5 });
    expect(positionOf(positions, '/')).toEqual({ line: 1, column: 1 });
  });

  it.each([
    ['{"a": 1,}', 1, 9],
    ['{"a" 1}', 1, 6],
    ['[1, 2', 1, 6],
    ['{\n  a: 1}', 2, 3],
    ['01', 1, 2],
    ['[1e400]', 1, 7],
  ])('with a fault says where: %j', (text, line, column) => {
    const { value, faults } = readDocument(text, 'json');
    expect(value).toBeUndefined();
    expect(faults[0]?.position).toEqual({ line, column });
  });

  it('refuses a number that JavaScript would round, with its place', () => {
    const { faults } = readDocument(
      '{"a": 1,\n "b": [9007199254740993, 9007199254740991, 1.5e300, 0.1]}',
      'json',
    );
    expect(faults).toEqual([
      {
        message: 'The number is 9007199254740993, which JavaScript rounds: send a string',
        position: { line: 2, column: 8 },
        pointer: '/b/0',
      },
    ]);
  });

  it('refuses a key that is there twice', () => {
    const { faults } = readDocument('{"a": 1,\n "a": 2}', 'json');
    expect(faults).toEqual([
      { message: 'The key "a" is there twice', position: { line: 2, column: 2 }, pointer: '/a' },
    ]);
  });
});

describe('a YAML document', () => {
  it('is read, with the places of its parts', () => {
    const { value, positions, faults } = readDocument(
      'StartAt: A\nStates:\n  A:\n    Type: Pass\n    End: true\n',
      'yaml',
    );
    expect(faults).toEqual([]);
    expect(value).toEqual({ StartAt: 'A', States: { A: { Type: 'Pass', End: true } } });
    expect(positionOf(positions, '/States/A/End')).toEqual({ line: 5, column: 5 });
  });

  it('refuses a number that JavaScript would round, with its place', () => {
    const { faults } = readDocument('a: 1\nb:\n  - 0x1F\n  - 9007199254740993\n  - .5\n', 'yaml');
    expect(faults).toMatchObject([{ position: { line: 4, column: 5 }, pointer: '/b/1' }]);
  });

  it.each(['.inf', '-.Inf', '.NaN'])('refuses a number that JSON does not have: %s', (number) => {
    expect(readDocument(`a: ${number}\n`, 'yaml').faults).toMatchObject([
      { message: `The number is ${number}, which JSON does not have: send a string`, pointer: '/a' },
    ]);
  });

  it('keeps timestamps as texts', () => {
    expect(readDocument('at: 2026-01-31T12:00:00Z', 'yaml').value).toEqual({ at: '2026-01-31T12:00:00Z' });
  });

  it.each(['a: [1', 'a: !Sub x', 'a: 1\na: 2'])('with a fault says so: %j', (text) => {
    expect(readDocument(text, 'yaml').faults).not.toEqual([]);
  });
});
