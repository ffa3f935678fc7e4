import { randomBytes } from 'node:crypto';
import type { LambdaClientConfig } from '@aws-sdk/client-lambda';
import { invokingOnce } from '../orchestrator/aws/invokeOnce.ts';
import type { NudgeEvent } from '../orchestrator/contract/nudge.ts';

/** Invokes the orchestrator with an item that was written. Answers whether Lambda took the invocation. */
export type Nudging = (event: NudgeEvent) => Promise<boolean>;

/**
 * Invokes the orchestrator of a deployment, and does not wait for it.
 *
 * @param config @default endpoint, region and credentials of the environment
 */
export function nudging(functionName: string, config: LambdaClientConfig = {}): Nudging {
  return invokingOnce(functionName, config);
}

/**
 * Has the orchestrator apply an item that was written, at once.
 *
 * @param item its sort key. @default the start
 */
export async function nudgeOrchestrator(
  nudge: Nudging | undefined,
  executionId: string,
  item?: string,
): Promise<boolean> {
  const id = `nudge#${randomBytes(6).toString('base64url')}`;
  return (await nudge?.({ nudge: { executionId, id, ...(item !== undefined && { item }) } })) ?? false;
}
