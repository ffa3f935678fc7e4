import { describe, expect, it } from 'vitest';
import { eachFileRequest, eachRequest } from '../../orchestrator/core/policy/eachRequest.ts';

const options = { concurrency: 40, tolerateFailures: 0 };

/** The message that an input is refused with. */
function refusal(request: ReturnType<typeof eachRequest> | ReturnType<typeof eachFileRequest>): string {
  return request.type === 'invalid' ? `${request.error.name}: ${request.error.message}` : request.type;
}

describe('options beside the items of a list are the ones that there are:', () => {
  it.each([
    ['concurency', "there is no option 'concurency': did you mean 'concurrency'?"],
    ['tolerateFailure', "there is no option 'tolerateFailure': did you mean 'tolerateFailures'?"],
    ['format', "there is no option 'format': there are items, concurrency and tolerateFailures."],
  ])('each() refuses %s', (key, problem) => {
    const refused = refusal(eachRequest({ items: [1], [key]: 1 }, options));
    expect(refused).toBe(`Millrace.InvalidItems: The input of each(): ${problem}`);
  });

  it.each([
    [{ items: 'rows.csv', formt: 'csv' }, "there is no option 'formt': did you mean 'format'?"],
    [{ items: 'rows.csv', format: 'cvs' }, "format is 'cvs': did you mean 'csv'?"],
    [{ items: 'rows.csv', format: null }, 'format is null: give one of ndjson, json and csv.'],
    [{ items: 'rows.csv', concurency: 1 }, "there is no option 'concurency': did you mean 'concurrency'?"],
  ])('eachFromFile() refuses %o', (input, problem) => {
    const refused = refusal(eachFileRequest(input, options));
    expect(refused).toBe(`Millrace.InvalidItems: The input of eachFromFile(): ${problem}`);
  });

  it.each([[7], ['rows.csv'], [['rows.csv']], [{ items: ['a'] }], [{}], [null], [undefined]])(
    'eachFromFile() names a file, which %o does not',
    (input) => {
      expect(refusal(eachFileRequest(input, options))).toMatch(/is \{ items: KEY \}, the key of a file/);
    },
  );

  it('and are taken where they are', () => {
    expect(eachRequest({ items: [1, 2], concurrency: 5, tolerateFailures: '50%' }, options)).toEqual({
      type: 'items',
      items: [1, 2],
      concurrency: 5,
      tolerated: 1,
    });
    expect(eachFileRequest({ items: 'rows', format: 'csv', tolerateFailures: '1%' }, options)).toEqual({
      type: 'file',
      file: { items: 'rows', format: 'csv' },
      concurrency: 40,
      tolerateFailures: '1%',
    });
  });
});
