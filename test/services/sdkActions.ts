import { expect, it } from 'vitest';
import { conversation, type Exchange, type Fields } from './conversation.ts';

/** A row: the action, its parameters, the exchange, and the state's result. */
type Row = readonly [action: string, parameters: Fields, exchange: Exchange, output: unknown];

/** A Task state that calls an action of the AWS SDK. */
export const task = (action: string, Parameters: Fields) => ({
  Resource: `arn:aws:states:::aws-sdk:${action}`,
  Parameters,
});

/** Tests that each action calls its service as in the exchange, and ends with the output. */
export function giveTheirResults(rows: readonly Row[]): void {
  it.each(rows)('%s', async (action, parameters, exchange, output) => {
    expect(await conversation(task(action, parameters), [exchange])).toEqual({
      status: 'SUCCEEDED',
      output,
    });
  });
}
