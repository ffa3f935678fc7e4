import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../../../client/index.ts';
import { startLocalCloud } from '../../../local/index.ts';
import type { AslCase } from '../aslCase.ts';
import type { CaseResult } from '../runCase.ts';
import { attempted } from '../summary.ts';
import { boto3Caller } from './boto3Caller.ts';
import { javaScriptCaller } from './javaScriptCaller.ts';
import { type Callers, runThroughApi } from './runThroughApi.ts';
import { hasTimeouts } from './withActivities.ts';

export type Sdk = 'client-sfn' | 'boto3';

/** Waits and retries pass so many times faster. */
const fast = 60;
const casesAtOnce = 6;

/**
 * Runs cases through the API of a local cloud, in their order. Those whose tasks may take only so long run in one with the real
 * time, in which they are answered soon enough.
 */
export async function runCasesThroughApi(
  cases: readonly AslCase[],
  sdk: Sdk,
  onResult: (each: AslCase, result: CaseResult) => void,
): Promise<void> {
  const timed = cases.filter(({ definition }) => hasTimeouts(definition));
  await inCloud(
    cases.filter((each) => !timed.includes(each)),
    fast,
    sdk,
    onResult,
  );
  await inCloud(timed, 1, sdk, onResult);
}

async function inCloud(
  cases: readonly AslCase[],
  timeScale: number,
  sdk: Sdk,
  onResult: (each: AslCase, result: CaseResult) => void,
): Promise<void> {
  if (cases.length === 0) return;
  const directory = await mkdtemp(join(tmpdir(), 'millrace-cases-'));
  await mkdir(join(directory, 'machines'));
  const unused = { StartAt: 'A', States: { A: { Type: 'Succeed' } } };
  await writeFile(join(directory, 'machines/unused.asl.json'), JSON.stringify(unused));
  const cloud = await startLocalCloud({
    machinesDirectory: join(directory, 'machines'),
    workersDirectory: join(directory, 'workers'),
    bus: false,
    stepFunctions: { accountId: '111111111111' },
    timeScale,
  });
  const endpoint = cloud.stepFunctions?.endpoint ?? '';
  const api = sdk === 'boto3' ? boto3Caller(endpoint) : javaScriptCaller(endpoint);
  const { dynamodb, tableName, now } = cloud;
  const millrace = createClient({ dynamodb, tableName, now });
  try {
    await Promise.all(
      Array.from({ length: casesAtOnce }, (_, lane) => inLane(cases, lane, { api, millrace }, onResult)),
    );
  } finally {
    await api.close();
    await cloud.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function inLane(
  cases: readonly AslCase[],
  lane: number,
  callers: Callers,
  onResult: (each: AslCase, result: CaseResult) => void,
): Promise<void> {
  for (const [index, each] of cases.entries()) {
    if (index % casesAtOnce !== lane) continue;
    onResult(each, await attempted(() => runThroughApi(each, `case-${index}`, callers)));
  }
}
