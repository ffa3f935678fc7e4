import { expect, it } from 'vitest';
import { activity } from '../../workers/index.ts';

it('refuses an unknown option of its policy, and names the nearest one', () => {
  const policy: object = { timout: '2d' };
  expect(() => activity('approve', policy)).toThrow(
    expect.objectContaining({
      code: 'InvalidTaskPolicy',
      message: "The policy of the activity 'approve': there is no option 'timout': did you mean 'timeout'?",
    }),
  );
});

it('refuses a policy that is not an object', () => {
  const policy: object = ['2d'];
  expect(() => activity('approve', policy)).toThrow(
    expect.objectContaining({ code: 'InvalidTaskPolicy', message: expect.stringContaining('a list') }),
  );
});
