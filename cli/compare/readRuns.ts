import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { type HistoryEvent, historyEventTypes } from '../../asl/history/historyEvent.ts';
import { traceOf } from '../../asl/history/trace.ts';
import { formatOf } from '../../asl/index.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../asl/json.ts';
import { loadDefinition } from '../../asl/load.ts';
import { InvalidInputError } from '../errors.ts';
import { problemOf } from '../input/userFile.ts';
import { type MaskedCase, recordedHistory, runOfCase } from './maskedHistory.ts';
import type { RecordedRun } from './recordedRun.ts';

/**
 * Reads executions with their histories from a file: JSON, or JSON lines, also compressed. Each has `events`, as
 * `GetExecutionHistory` gives them, and where it is known `executionArn`, `input`, `startDate`, `type` and its `definition`.
 *
 * @param definitionFiles the definition of those that have none; or lines `{ id, definition }` for those that name one as `case`
 * @throws InvalidInputError
 */
export async function readRuns(
  file: string,
  definitionFiles: readonly string[],
): Promise<readonly RecordedRun[]> {
  const lines = await valuesIn(file);
  if (lines.length === 0) {
    throw new InvalidInputError(
      `${file} has no executions: give what 'aws stepfunctions get-execution-history' prints, one execution a line.`,
    );
  }
  const definitions = await Promise.all(definitionFiles.map(definitionsIn));
  const cases = new Map(definitions.flatMap((each) => [...each.cases]));
  const only = definitions.find((each) => each.only)?.only;
  const histories = lines.flatMap((line) => recordedHistory(line) ?? []);
  return lines.map((line, place) => {
    const history = recordedHistory(line);
    if (history !== undefined) {
      const each = cases.get(history.case);
      if (each === undefined) throw noDefinition(file, history.case);
      const others = histories.filter((other) => other.case === history.case);
      return runOfCase(each, history, others.length === 1);
    }
    return runIn(line, file, place + 1, only);
  });
}

function noDefinition(file: string, name: string): InvalidInputError {
  return new InvalidInputError(
    `${file} has no definition for ${name}: give --definition with the definition, or with lines {"id","definition"}.`,
  );
}

function runIn(line: Json, file: string, number: number, only: JsonObject | undefined): RecordedRun {
  if (!isObject(line) || !isArray(line.events)) {
    throw new InvalidInputError(
      `${file} has no events in entry ${number}: give what 'aws stepfunctions get-execution-history' prints, one execution a line.`,
    );
  }
  const { executionArn, name, type } = line;
  const id = textIn(executionArn) ?? textIn(name) ?? `execution ${number}`;
  const definition = definitionIn(line.definition) ?? only;
  if (definition === undefined) throw noDefinition(file, id);
  const events = eventsIn(line.events);
  return {
    id,
    definition,
    type: type === 'EXPRESS' ? 'EXPRESS' : 'STANDARD',
    input: inputIn(line.input) ?? traceOf(events).input ?? {},
    events,
    wildcards: [],
    identity: identityOf(textIn(executionArn), events),
  };
}

/** The names of an execution, from its ARN and its first event. */
export function identityOf(executionArn: string | undefined, events: readonly HistoryEvent[]) {
  const match = /^(arn:[^:]+:states:[^:]+:[^:]+):execution:([^:]+):(.+)$/.exec(executionArn ?? '');
  const [first] = events;
  const startedAt = first?.timestamp ?? 0;
  return {
    name: match?.[3] ?? 'execution',
    machine: match?.[2] ?? 'machine',
    arn: match?.[1] ?? 'arn:aws:states:us-east-1:000000000000',
    roleArn: textIn(first?.details?.roleArn) ?? '',
    // A time of 1970 stands for none.
    startedAt: startedAt > 1e9 ? startedAt : Date.UTC(2026, 0, 1),
  };
}

/** Events of the API, or of the AWS CLI. Those of types that Step Functions has got since are left out. */
export function eventsIn(events: readonly unknown[]): readonly HistoryEvent[] {
  return events
    .flatMap((event, place): readonly HistoryEvent[] => {
      if (!isObject(event)) return [];
      const type = historyEventTypes.find((each) => each === event.type);
      if (type === undefined) return [];
      const details = Object.entries(event).find(([key]) => key.endsWith('EventDetails'))?.[1];
      const { id, previousEventId } = event;
      return [
        {
          type,
          id: typeof id === 'number' ? id : place + 1,
          previousEventId: typeof previousEventId === 'number' ? previousEventId : 0,
          timestamp: timeIn(event.timestamp) ?? place,
          ...(isObject(details) && { details }),
        },
      ];
    })
    .toSorted((a, b) => a.id - b.id);
}

function timeIn(value: unknown): number | undefined {
  if (typeof value === 'number') return value * 1000;
  if (value instanceof Date) return value.getTime();
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function textIn(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function inputIn(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string') return value;
  try {
    const input: Json = JSON.parse(value);
    return input;
  } catch {
    return value;
  }
}

function definitionIn(value: Json | undefined): JsonObject | undefined {
  if (isObject(value)) return value;
  return typeof value === 'string' ? loadDefinition(value, 'json').definition : undefined;
}

interface Definitions {
  /** For executions that have none of their own. */
  readonly only: JsonObject | undefined;
  /** By id. */
  readonly cases: ReadonlyMap<string, MaskedCase>;
}

async function definitionsIn(file: string): Promise<Definitions> {
  if (/\.ya?ml$/.test(file)) {
    return { only: loadDefinition(await textOf(file), formatOf(file)).definition, cases: new Map() };
  }
  const values = await valuesIn(file);
  const cases = values.flatMap((value): readonly (readonly [string, MaskedCase])[] =>
    isCase(value) ? [[value.id, value]] : [],
  );
  const only = values.length === 1 && isObject(values[0]) && 'States' in values[0] ? values[0] : undefined;
  if (only === undefined && cases.length === 0) {
    throw new InvalidInputError(
      `${file} has no definition: give an object with States, or lines {"id","definition"}.`,
    );
  }
  return { only, cases: new Map(cases) };
}

function isCase(value: unknown): value is MaskedCase & JsonObject {
  return isObject(value) && typeof value.id === 'string' && isObject(value.definition);
}

async function valuesIn(file: string): Promise<readonly Json[]> {
  const text = await textOf(file);
  try {
    const value: Json = JSON.parse(text);
    return isArray(value) ? value : [value];
  } catch {
    return text.split('\n').flatMap((line, place): readonly Json[] => {
      if (line.trim() === '') return [];
      try {
        const value: Json = JSON.parse(line);
        return [value];
      } catch (error) {
        throw new InvalidInputError(
          `${file} is not JSON in line ${place + 1}: ${error instanceof Error ? error.message : String(error)}.`,
        );
      }
    });
  }
}

async function textOf(file: string): Promise<string> {
  try {
    const bytes = await readFile(file);
    return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  } catch (error) {
    throw new InvalidInputError(`${file} ${problemOf(error)}.`);
  }
}
