import { concurrencyIn } from '../asl/compile/mapState.ts';
import { toleratedOf } from '../asl/dataflow/items.ts';
import type { MapRunLimits, MapRunRecord } from '../asl/history/mapRunRecord.ts';
import { mapRunNote } from '../asl/history/mapRunUpdate.ts';
import type { JsonObject } from '../asl/json.ts';
import { hostOf } from '../orchestrator/core/execution/model/addresses.ts';
import { listUpdateControl } from '../orchestrator/core/execution/model/entries.ts';
import { hostedListsOf, type MachineState, parseMachineState } from '../orchestrator/core/machine/index.ts';
import { isoTime } from '../orchestrator/table/executionItem.ts';
import { invalidRequest } from './apiError.ts';
import { mapRunAt } from './mapRuns.ts';
import type { Request } from './request.ts';
import type { ApiSurroundings } from './surroundings.ts';

/** Others update the run at the same time. */
const mostTries = 10;

/**
 * An update has all limits of the run, and a number: the one after the last that is known. Where another has written that
 * number meanwhile, it is made again from what the other has written.
 */
export async function updateMapRun(surroundings: ApiSurroundings, request: Request): Promise<JsonObject> {
  const { table, now } = surroundings;
  for (let tries = 0; tries < mostTries; tries++) {
    const { run } = await mapRunAt(surroundings, request.text('mapRunArn'));
    const limits = limitsIn(request, run);
    const executionId = hostOf(run.actor);
    const task = await listOf(surroundings, executionId, run);
    const number = run.updates + 1;
    const { maxConcurrency, toleratedCount, toleratedPercentage } = limits;
    const outcome = await table.journal.insertEvent({
      executionId,
      eventId: `list-${task}-update-${number}`,
      at: isoTime(now()),
      content: {
        control: listUpdateControl,
        task,
        number,
        limits: {
          concurrency: concurrencyIn({ concurrency: maxConcurrency }),
          tolerated: toleratedOf(run.length, toleratedCount, toleratedPercentage),
        },
        note: mapRunNote(run, limits),
      },
    });
    if (outcome === 'inserted') return {};
  }
  throw invalidRequest('Many others update the Map run at this moment. Send the update again.');
}

/** @throws ApiError `ValidationException` */
function limitsIn(request: Request, run: MapRunRecord): MapRunLimits {
  if (run.status !== 'RUNNING') {
    const problem = 'A Map run that has ended cannot be updated.';
    throw invalidRequest(problem, 'CANNOT_UPDATE_COMPLETED_MAP_RUN');
  }
  const maxConcurrency = request.number('maxConcurrency');
  const toleratedCount = request.number('toleratedFailureCount');
  const toleratedPercentage = request.number('toleratedFailurePercentage');
  if (maxConcurrency === undefined && toleratedCount === undefined && toleratedPercentage === undefined) {
    const problem = 'Give maxConcurrency, toleratedFailureCount or toleratedFailurePercentage.';
    throw invalidRequest(problem, 'MISSING_REQUIRED_PARAMETER');
  }
  return {
    maxConcurrency: maxConcurrency ?? run.limits.maxConcurrency,
    toleratedCount: toleratedCount ?? run.limits.toleratedCount,
    toleratedPercentage: toleratedPercentage ?? run.limits.toleratedPercentage,
  };
}

/**
 * The number of the actor that works on the run's items.
 *
 * @throws ApiError `ValidationException` where there is none at this moment
 */
async function listOf(
  { table }: ApiSurroundings,
  executionId: string,
  { actor, path, hasItems }: MapRunRecord,
): Promise<number> {
  const execution = hasItems ? await table.executions.read(executionId) : undefined;
  const state = execution?.snapshot === undefined ? undefined : parseMachineState(execution.snapshot);
  const children = Object.values((state && stateAt(state, actor))?.children ?? {});
  const list = children.find(({ src, status }) => src === path && status === 'active');
  if (list) return list.task;
  throw invalidRequest(
    'The Map run reads its items or writes its results: Millrace updates it while it works on its items.',
  );
}

/** The state of the execution's own machine, or of that of an item, which has an address of its own. */
function stateAt(state: MachineState, actor: string): MachineState | undefined {
  const [, task, index] = /#(\d+)\.(\d+)$/.exec(actor) ?? [];
  if (task === undefined || index === undefined) return state;
  return hostedListsOf(state).find(({ list }) => list.task === Number(task))?.list.open[index];
}
