import { describe, expect, it } from 'vitest';
import { lambda } from '../../workers/index.ts';

/** As from JavaScript, where no type says no. */
const withPolicyOf = (json: string) => () => lambda('billing', JSON.parse(json));

describe('lambda()', () => {
  it('takes a timeout and a retry policy', () => {
    expect(withPolicyOf('{ "timeout": "30s", "retry": { "maxAttempts": 2 } }')).not.toThrow();
    expect(() => lambda('billing')).not.toThrow();
  });

  it.each([
    '{ "once": true }',
    '{ "heartbeat": "5s" }',
    '{ "waitForResult": true }',
    '{ "startTimeout": "5s" }',
    '{ "worker": "billing" }',
    '{ "timeuot": "5s" }',
  ])('refuses %s, which a function that does not know Millrace cannot keep', (policy) => {
    const [field] = Object.keys(JSON.parse(policy));
    expect(withPolicyOf(policy)).toThrow(
      expect.objectContaining({
        code: 'InvalidTaskPolicy',
        message: expect.stringContaining(`lambda() takes timeout and retry, not '${field}'`),
      }),
    );
  });
});
