import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { apiEventOf, type HistoryEvent } from '../../asl/history/historyEvent.ts';
import { type RecordedHistory, recordedHistory } from '../../cli/compare/maskedHistory.ts';
import { type AslCase, isAslCase } from './aslCase.ts';
import { readLines } from './lines.ts';
import { runHistory } from './runHistory.ts';

/** `npm run asl:histories -- FILE.jsonl[.gz] [--cases FILE]… [--json] [--show ID]` */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cases: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
    show: { type: 'string' },
  },
});
const [file] = positionals;
if (file === undefined) {
  process.stderr.write('Give a file of histories, and --cases for those that are not beside it.\n');
  process.exit(64);
}

const beside = ['cases.jsonl.gz', 'service_cases.jsonl.gz', 'cases.jsonl', 'service_cases.jsonl']
  .map((name) => join(dirname(file), name))
  .filter((path) => existsSync(path));
const cases = new Map<string, AslCase>();
for (const path of values.cases ?? beside) {
  for (const each of (await readLines(path)).filter(isAslCase)) cases.set(each.id, each);
}
const all = (await readLines(file)).flatMap((line): readonly RecordedHistory[] => {
  const history = recordedHistory(line);
  return history === undefined ? [] : [history];
});
const { show } = values;
const shown = show === undefined ? all : all.filter((each) => each.case.includes(show));
const failed: string[] = [];
for (const history of shown) {
  const { reasons, actual } = await compared(history);
  if (reasons.length > 0) failed.push(history.case);
  if (values.json) continue;
  if (show !== undefined) print(history, actual);
  if (reasons.length === 0) continue;
  process.stdout.write(`FAILED ${history.case}\n`);
  for (const reason of reasons) {
    process.stdout.write(`  ${reason.slice(0, show === undefined ? 600 : 10_000)}\n`);
  }
}
const total = shown.length;
process.stdout.write(`${JSON.stringify({ total, passed: total - failed.length, failed })}\n`);

async function compared(history: RecordedHistory) {
  const each = cases.get(history.case);
  if (each === undefined) return { reasons: ['its case is not among the cases'], actual: [] };
  try {
    const isOnlyOne = all.filter((other) => other.case === history.case).length === 1;
    return await runHistory(each, history, isOnlyOne);
  } catch (error) {
    return {
      reasons: [error instanceof Error ? `${error.name}: ${error.message}` : String(error)],
      actual: [],
    };
  }
}

function print(history: RecordedHistory, actual: readonly HistoryEvent[]): void {
  process.stdout.write(`${history.case}\nrecorded\n`);
  for (const event of history.events) process.stdout.write(`  ${lineOf(event)}\n`);
  process.stdout.write('here\n');
  for (const event of actual) process.stdout.write(`  ${lineOf(event)}\n`);
}

function lineOf(event: HistoryEvent): string {
  const { id, previousEventId, type, timestamp: _, ...details } = apiEventOf(event);
  return `${id} <- ${previousEventId} ${type} ${JSON.stringify(details)}`;
}
