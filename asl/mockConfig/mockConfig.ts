import { MillraceError } from '../../orchestrator/core/errors/millraceError.ts';
import { isObject, type Json, own } from '../json.ts';

/**
 * A mock configuration file of Step Functions Local (`MockConfigFile.json`): test cases of machines, each with the answers
 * of some of its states.
 */
export interface MockConfig {
  /** Test cases by machine and name. */
  readonly machines: ReadonlyMap<string, ReadonlyMap<string, TestCase>>;
}

/** Answers by the name of a Task state. A state that is not named runs as it is. */
export type TestCase = ReadonlyMap<string, MockedResponse>;

/** Answers by attempt, from 0: retries and later visits of the state count on. */
export type MockedResponse = readonly MockedAnswer[];

export type MockedAnswer =
  | { readonly type: 'return'; readonly value: Json }
  | { readonly type: 'throw'; readonly error: string; readonly cause: string };

/** Thrown for a mock configuration file that Step Functions Local would not take, with the place of the problem. */
export class InvalidMockConfigError extends MillraceError {
  override readonly code = 'InvalidMockConfig';
  override readonly name = 'InvalidMockConfigError';
}

/** @throws InvalidMockConfigError */
export function readMockConfig(config: Json): MockConfig {
  const responses = new Map(
    entriesIn(own(objectAt(config, 'the file'), 'MockedResponses'), 'MockedResponses').map(
      ([name, response]) => [name, answersOf(response, `MockedResponses.${name}`)],
    ),
  );
  const machines = entriesIn(own(objectAt(config, 'the file'), 'StateMachines'), 'StateMachines').map(
    ([name, machine]) => {
      const path = `StateMachines.${name}.TestCases`;
      const cases = entriesIn(own(objectAt(machine, path), 'TestCases'), path).map(
        ([test, states]) => [test, caseOf(states, `${path}.${test}`, responses)] as const,
      );
      return [name, new Map(cases)] as const;
    },
  );
  return { machines: new Map(machines) };
}

function caseOf(states: Json, path: string, responses: ReadonlyMap<string, MockedResponse>): TestCase {
  return new Map(
    entriesIn(states, path).map(([state, name]) => {
      const response = typeof name === 'string' ? responses.get(name) : undefined;
      if (response === undefined) {
        throw new InvalidMockConfigError(
          `${path}.${state} names the response ${JSON.stringify(name)}, which MockedResponses does not have.`,
        );
      }
      return [state, response];
    }),
  );
}

/** Keys are attempts: `"0"`, or a range as in `"1-2"`, one after the other from 0. */
function answersOf(response: Json, path: string): MockedResponse {
  const answers: MockedAnswer[] = [];
  // An object lists keys that are whole numbers first, whatever their order in the file.
  const given = entriesIn(response, path).toSorted(
    ([a], [b]) => Number.parseInt(a, 10) - Number.parseInt(b, 10),
  );
  for (const [attempts, answer] of given) {
    const range = /^(\d+)(?:-(\d+))?$/.exec(attempts);
    const first = Number(range?.[1]);
    const last = Number(range?.[2] ?? range?.[1]);
    if (range === null || first !== answers.length || last < first || last > mostAttempts) {
      throw new InvalidMockConfigError(
        `${path} has the attempts '${attempts}': write '0', then '1' or a range such as '1-3', without a gap.`,
      );
    }
    const read = answerOf(answer, `${path}.${attempts}`);
    for (let attempt = first; attempt <= last; attempt++) answers.push(read);
  }
  return answers;
}

const mostAttempts = 10_000;

function answerOf(answer: Json, path: string): MockedAnswer {
  const given = objectAt(answer, path);
  const [value, thrown] = [own(given, 'Return'), own(given, 'Throw')];
  if ((value === undefined) === (thrown === undefined)) {
    throw new InvalidMockConfigError(`${path} must have either Return or Throw.`);
  }
  if (value !== undefined) return { type: 'return', value };
  const { Error: error, Cause: cause } = objectAt(thrown, `${path}.Throw`);
  if (typeof error !== 'string' || typeof cause !== 'string') {
    throw new InvalidMockConfigError(`${path}.Throw must have the texts Error and Cause.`);
  }
  return { type: 'throw', error, cause };
}

function entriesIn(value: Json | undefined, path: string): readonly (readonly [string, Json])[] {
  return Object.entries(objectAt(value, path));
}

function objectAt(value: Json | undefined, path: string): { readonly [key: string]: Json } {
  if (isObject(value)) return value;
  throw new InvalidMockConfigError(`${path} must be an object.`);
}
