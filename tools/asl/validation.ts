import { parseArgs } from 'node:util';
import { type Problem, validate } from '../../asl/index.ts';
import { isObject, type Json } from '../../asl/json.ts';
import { readLines } from './lines.ts';

/** `npm run asl:validation -- FILE [--json]` */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});
const [file] = positionals;
if (file === undefined) {
  process.stderr.write('Give a file of validation cases.\n');
  process.exit(64);
}

interface ValidationCase {
  readonly id: string;
  readonly definition: Json;
  readonly expected: {
    readonly valid: boolean;
    /** How many there are. */
    readonly problems?: number;
    /** Texts that are in the messages. */
    readonly messages?: readonly string[];
    /** As AWS's ValidateStateMachineDefinition answers. */
    readonly diagnostics?: readonly {
      readonly code: string;
      readonly location: string;
      readonly message: string;
    }[];
  };
}

function isValidationCase(value: unknown): value is ValidationCase {
  return typeof value === 'object' && value !== null && 'definition' in value && 'expected' in value;
}

/** The differences from the expected answer. */
function* differences({ expected }: ValidationCase, problems: readonly Problem[]): Generator<string> {
  const isValid = problems.length === 0;
  if (isValid !== expected.valid) yield `it is ${isValid ? 'valid' : 'not valid'}`;
  if (expected.problems !== undefined && problems.length !== expected.problems) {
    yield `it has ${problems.length} problems, and not ${expected.problems}`;
  }
  for (const text of expected.messages ?? []) {
    if (
      !problems.some(({ message, pointer }) =>
        `${message} ${JSON.stringify(message)} ${pointer}`.includes(text),
      )
    )
      yield `no message has ${text}`;
  }
  for (const { code, location, message } of expected.diagnostics ?? []) {
    const isThere = problems.some(
      (each) => each.code === code && each.pointer === location && each.message === message,
    );
    if (!isThere) yield `there is no '${message}' at ${location}`;
  }
}

const cases = (await readLines(file)).filter(isValidationCase);
const failed: string[] = [];
for (const each of cases) {
  // The recorded call says the type of the workflow.
  const type = each.id.includes('type_express') ? 'EXPRESS' : 'STANDARD';
  const problems = validate(isObject(each.definition) ? each.definition : null, { type }).filter(
    ({ severity }) => severity === 'error',
  );
  const reasons = [...differences(each, problems)];
  if (reasons.length === 0) continue;
  failed.push(each.id);
  if (!values.json)
    process.stdout.write(
      `FAILED ${each.id}\n  ${reasons.join('; ')}\n  ${problems.map(({ message }) => message).join('; ')}\n`,
    );
}
process.stdout.write(
  `${JSON.stringify({ total: cases.length, passed: cases.length - failed.length, failed })}\n`,
);
