import { parseArgs } from 'node:util';
import { isObject, type Json, objectOf } from '../../asl/json.ts';
import type { TestStateRequest } from '../../asl/testState/request.ts';
import { testState } from '../../asl/testState/testState.ts';
import { checkMockedResult } from '../../services/mockedResult.ts';
import { readLines } from './lines.ts';

/** `npm run asl:teststate -- FILE [--json] [--show ID]` */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, show: { type: 'string' } },
});
const [file] = positionals;
if (file === undefined) {
  process.stderr.write('Give a file of cases of TestState.\n');
  process.exit(64);
}

interface TestStateCase {
  readonly id: string;
  readonly request: TestStateRequest;
  readonly expected: { readonly [key: string]: Json };
}

function isTestStateCase(value: unknown): value is TestStateCase {
  return typeof value === 'object' && value !== null && 'request' in value && 'expected' in value;
}

/** The functions of the recorded cases without a mock. */
async function runTask(resource: string, given: Json): Promise<Json> {
  if (resource.startsWith('arn:aws:lambda:')) return 'HelloWorld!';
  const payload = isObject(given) ? (given.Payload ?? {}) : {};
  return { Payload: payload };
}

/**
 * The recording has data as JSON text or as JSON, ids as `<resource:1>`, and the answers of the functions that it called with
 * headers that are different each time.
 */
function comparable(value: Json): Json {
  if (typeof value === 'string') return textComparable(value);
  if (Array.isArray(value)) return value.map(comparable);
  if (!isObject(value)) return value;
  return objectOf(Object.entries(value).map(([key, each]) => [key, comparable(each)]));
}

function textComparable(text: string): Json {
  try {
    const value: Json = JSON.parse(text);
    return typeof value === 'string' ? value : comparable(value);
  } catch {
    return text;
  }
}

const volatile = new Set(['ExecutedVersion', 'SdkHttpMetadata', 'SdkResponseMetadata', 'StatusCode']);

function matches(expected: Json, actual: Json | undefined): boolean {
  if (typeof expected === 'string') {
    if (expected === 'date') return typeof actual === 'string' && !Number.isNaN(Date.parse(actual));
    if (expected === actual) return true;
    const parts = expected
      .split(/<[a-z_]+(?::\d+)?>/)
      .map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return typeof actual === 'string' && parts.length > 1 && new RegExp(`^${parts.join('.+')}$`).test(actual);
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return false;
    return expected.every((each, index) => matches(each, actual[index]));
  }
  if (!isObject(expected)) return expected === actual;
  if (!isObject(actual)) return false;
  const isAnswer = 'SdkHttpMetadata' in expected && 'Payload' in expected;
  // The role of the recorded calls is not in the cases.
  const isLeftOut = (key: string) => key === 'RoleArn' || (isAnswer && volatile.has(key));
  const keys = Object.keys(expected).filter((key) => !isLeftOut(key));
  const others = Object.keys(actual).filter((key) => !keys.includes(key) && !isLeftOut(key));
  return others.length === 0 && keys.every((key) => matches(expected[key] ?? null, actual[key]));
}

const cases = (await readLines(file)).filter(isTestStateCase);
const shown = values.show === undefined ? cases : cases.filter(({ id }) => id.includes(values.show ?? ''));
const failed: string[] = [];
for (const { id, request, expected } of shown) {
  let actual: Json;
  try {
    actual = JSON.parse(
      JSON.stringify(
        await testState(request, { runTask, checkResult: checkMockedResult, account: '111111111111' }),
      ),
    );
  } catch (error) {
    actual = { thrown: String(error) };
  }
  if (matches(comparable(expected), comparable(actual))) continue;
  failed.push(id);
  if (values.json) continue;
  process.stdout.write(
    `FAILED ${id}\n  expected ${JSON.stringify(expected)}\n  actual   ${JSON.stringify(actual)}\n`,
  );
}
process.stdout.write(
  `${JSON.stringify({ total: shown.length, passed: shown.length - failed.length, failed })}\n`,
);
