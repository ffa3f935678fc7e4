import type { EachOutcome } from '../../orchestrator/core/policy/itemOutcomes.ts';
import { itemOutcomesOf } from '../../workers/each.ts';
import type { Items } from '../dataflow/items.ts';
import {
  type ItemOutcome,
  type NumberedOutcome,
  type ResultWriting,
  resultWritingOf,
  type WrittenResults,
  writtenResults,
} from '../dataflow/resultWriter.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { mapRunArnOf } from '../mapRunArns.ts';
import type { MapState } from '../model/model.ts';
import { atOf, type Turn } from './act.ts';
import type { Builder } from './builder.ts';
import { failureIn, jsonIn } from './taskState.ts';

/** The data that the ResultWriter needs once the items have ended. */
export type Kept = JsonObject & {
  readonly run: string;
  readonly started: string;
  readonly inputs: readonly Json[];
  readonly transformation: ResultWriting['transformation'];
  readonly isLines: boolean;
  readonly to?: { readonly bucket: string; readonly prefix: string };
  /** Places of the items that have not succeeded. Absent before the run has failed. */
  readonly left?: readonly number[];
  /** Redrives of the execution when the run failed. */
  readonly redrives?: number;
  /** How often results were written before. */
  readonly writes?: number;
};

export function isKept(value: Json | undefined): value is Kept {
  return isObject(value) && 'run' in value && 'inputs' in value;
}

export function keptForWriter(
  state: MapState,
  { items }: Items,
  turn: Turn,
  builder: Builder,
): Kept | undefined {
  const writing = resultWritingOf(state, atOf(turn, builder.identity));
  if (writing === undefined) return undefined;
  return {
    ...writing,
    run: turn.surroundings.random.uuid(),
    started: new Date(turn.surroundings.now).toISOString(),
    inputs: items.map(({ input }) => input),
  };
}

/** The outcomes of the items of a list that did not fail. */
export function outcomesIn(output: unknown): readonly ItemOutcome[] {
  if (!Array.isArray(output)) return [];
  return output.map((entry: unknown): ItemOutcome => {
    if (!isFailed(entry)) return { output: jsonIn(entry) };
    return { failure: failureIn(Reflect.get(entry, 'error')) };
  });
}

/** The outcomes of the items of a list that failed, where its error says them. */
export function outcomesInError(error: unknown): readonly ItemOutcome[] | undefined {
  return itemOutcomesOf(error)?.map(outcomeOf);
}

function outcomeOf(outcome: EachOutcome): ItemOutcome {
  switch (outcome.status) {
    case 'done':
      return { output: jsonIn(outcome.output) };
    case 'error':
      return { failure: failureIn(outcome.error) };
    case 'stopped':
    case 'notStarted':
      return { undone: outcome.status };
  }
}

/** A failed item leaves null. An error stands there as such, which no item's output does. */
export function outputsIn(output: unknown): readonly Json[] {
  if (!Array.isArray(output)) return [];
  return output.map((entry: unknown) => (isFailed(entry) ? null : jsonIn(entry)));
}

function isFailed(entry: unknown): entry is object {
  return typeof entry === 'object' && entry !== null && 'error' in entry && entry.error instanceof Error;
}

/** The outcomes with the places that their items have in the whole list. */
export function numbered(
  { inputs, left }: Kept,
  outcomes: readonly ItemOutcome[],
): readonly NumberedOutcome[] {
  const places = left ?? inputs.map((_, index) => index);
  return places.flatMap((index, place) => {
    const outcome = outcomes[place];
    return outcome ? [{ index, outcome }] : [];
  });
}

/** The results as the writer has them. */
export function resultsOf(
  state: MapState,
  turn: Turn,
  kept: Kept,
  outcomes: readonly NumberedOutcome[],
  { identity }: Builder,
): WrittenResults {
  const { run, started, inputs, transformation } = kept;
  const machine = `${identity.machine}/${labelOf(state)}`;
  return writtenResults(outcomes, transformation, {
    stateMachineArn: `${identity.arn}:stateMachine:${machine}`,
    executionArn: `${identity.arn}:execution:${machine}`,
    run,
    started,
    stopped: new Date(turn.surroundings.now).toISOString(),
    inputs,
  });
}

/** The input of the task that writes them. */
export function writingOf(
  state: MapState,
  turn: Turn,
  { run, isLines, writes, to }: Kept,
  results: WrittenResults,
  { identity }: Builder,
): Json {
  const executionId = turn.context.execution.id;
  return {
    ...(to ?? {}),
    mapRunArn: mapRunArnOf({ ...identity, label: labelOf(state), executionId, run }),
    run,
    isLines,
    ...(writes !== undefined && { writes }),
    ...results,
  };
}

function labelOf({ label, name }: MapState): string {
  return label ?? name;
}
