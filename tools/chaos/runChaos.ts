import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '../../client/index.ts';
import { mapConcurrently } from '../../client/mapConcurrently.ts';
import type { LocalCloud } from '../../local/index.ts';
import { loan } from '../../machines/loan.ts';
import { order } from '../../machines/order.ts';
import { defaults, environmentVariable } from '../../orchestrator/configuration/configuration.ts';
import { DynamoDBTable } from '../../orchestrator/table/dynamodb/dynamoDBTable.ts';
import { audit } from './audit.ts';
import type { OutsideFaults } from './faults.ts';
import { express, parcel } from './machines/parcel.ts';
import { Operator, type OperatorFigures } from './operator.ts';
import { StatusesHeard } from './statusesHeard.ts';
import type { Subject } from './subjects.ts';
import type { TallyEntry } from './workers/tally/tally.ts';

export interface ChaosOptions {
  readonly cloud: LocalCloud;
  readonly subjects: readonly Subject[];
  readonly minutes: number;
  readonly tallyFile: string;
  /** Those from outside, under way. */
  readonly faults: OutsideFaults;
  /** Ends the drawn ones. */
  readonly endDrawnFaults: () => void;
  readonly onProgress: (text: string) => void;
  readonly signal: AbortSignal;
}

export interface ChaosResult extends OperatorFigures {
  readonly executions: number;
  readonly byMachine: Readonly<Record<string, number>>;
  /** Seconds under faults, and then until all were at rest. */
  readonly secondsOfFaults: number;
  readonly secondsAfter: number;
  readonly appliedResults: number;
  /** How many of them chains have kept in logs. */
  readonly inlinedResults: number;
  readonly ignoredResults: number;
  /** Invocations of workers that keep a tally, and how many of them were not the first for their attempt. */
  readonly workerRuns: number;
  readonly workerRunsRepeated: number;
  /** Mean number of processes that ran or waited for a processor, over the last minute of the faults. */
  readonly machineLoad: number;
  /** Each in a sentence. */
  readonly differences: readonly string[];
}

/** Executions that are open at a time: more would only wait for processes, and for their deadlines. */
const mostOpen = 100;
const lookEveryMs = 500;
const looksAtATime = 100;
const drainDeadlineMs = 15 * 60_000;
const auditsAtATime = 8;

/** Runs the executions under faults, waits until all are at rest without them, and audits each. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { cloud, subjects, minutes, faults, onProgress, signal } = options;
  const { dynamodb, tableName, environment, now } = cloud;
  const store = environment[environmentVariable.store];
  const client = createClient({ dynamodb, tableName, now, ...(store !== undefined && { store }) });
  const operator = new Operator(client, signal);
  const heard = new StatusesHeard();
  cloud.bus?.subscribe(heard.take);
  let started = 0;
  const progress = () =>
    onProgress(`${started} of ${subjects.length} started, ${started - operator.open} at rest`);

  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  const starting = async () => {
    for (const subject of subjects) {
      const dueMs = (started / subjects.length) * minutes * 60_000;
      while (elapsedMs() < dueMs || operator.open >= mostOpen) {
        signal.throwIfAborted();
        await pause(20);
      }
      await operator.start(subject);
      started += 1;
    }
  };
  const allStarted = starting();
  allStarted.catch(() => {}); // Thrown below.
  while (started < subjects.length || elapsedMs() < minutes * 60_000) {
    await Promise.race([pause(lookEveryMs), allStarted.then(() => pause(lookEveryMs))]);
    await operator.look(looksAtATime);
    progress();
  }
  await allStarted;
  const machineLoad = loadavg()[0] ?? 0;
  await faults.stop();
  options.endDrawnFaults();
  const secondsOfFaults = elapsedMs() / 1000;

  while (operator.open > 0 && elapsedMs() - secondsOfFaults * 1000 < drainDeadlineMs) {
    await pause(lookEveryMs);
    await operator.look(looksAtATime);
    progress();
  }
  const secondsAfter = elapsedMs() / 1000 - secondsOfFaults;
  if (operator.open === 0) await cloud.settled();
  onProgress('Auditing …');
  return {
    ...operator.figures,
    ...(await auditAll(options, heard)),
    executions: subjects.length,
    byMachine: countsOf(subjects),
    secondsOfFaults,
    secondsAfter,
    machineLoad,
  };
}

async function auditAll({ cloud, subjects, tallyFile }: ChaosOptions, heard: StatusesHeard) {
  const table = new DynamoDBTable({
    client: cloud.dynamodb,
    tableName: cloud.tableName,
    now: cloud.now,
    indexShards: defaults.indexShards,
  });
  const { byExecution, runs, repeated } = await readTally(tallyFile);
  const total = { appliedResults: 0, inlinedResults: 0, ignoredResults: 0 };
  const differences: string[] = [];
  const each = async (subject: Subject) => {
    const { executionId } = subject;
    const witnesses = { tally: byExecution.get(executionId) ?? [], statuses: heard.of(executionId) };
    return audit(subject, await table.executions.readHistory(executionId), witnesses, [
      order,
      loan,
      parcel,
      express,
    ]);
  };
  for await (const audited of mapConcurrently(subjects, auditsAtATime, each)) {
    total.appliedResults += audited.appliedResults;
    total.inlinedResults += audited.inlinedResults;
    total.ignoredResults += audited.ignoredResults;
    differences.push(...audited.differences);
  }
  return { ...total, workerRuns: runs, workerRunsRepeated: repeated, differences };
}

async function readTally(file: string) {
  const text = await readFile(file, 'utf8').catch(() => '');
  const byExecution = new Map<string, TallyEntry[]>();
  const attempts = new Set<string>();
  let runs = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const entry = JSON.parse(line) as TallyEntry;
    const entries = byExecution.get(entry.executionId);
    if (entries) entries.push(entry);
    else byExecution.set(entry.executionId, [entry]);
    if (entry.done !== undefined) continue;
    runs += 1;
    attempts.add(`${entry.executionId}#${entry.task}#${entry.attempt}`);
  }
  return { byExecution, runs, repeated: runs - attempts.size };
}

function countsOf(subjects: readonly Subject[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { machine } of subjects) counts[machine] = (counts[machine] ?? 0) + 1;
  return counts;
}
