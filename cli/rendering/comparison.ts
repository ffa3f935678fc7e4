import type { Json } from '../../orchestrator/core/data/json.ts';
import type { Comparison } from '../compare/compareRun.ts';
import type { Difference } from '../compare/traceDifferences.ts';

/** Each execution that went otherwise, with its differences, then a sum. */
export function comparisonLines(comparisons: readonly Comparison[]): readonly string[] {
  const lines = comparisons.flatMap(({ execution, outcome, differences, notes }) => {
    if (outcome === 'same') return [];
    const head = outcome === 'different' ? `${execution} differs` : `${execution} was not compared`;
    return [head, ...differenceLines(differences), ...notes.map((note) => `  ${note}`), ''];
  });
  const count = (outcome: Comparison['outcome']) =>
    comparisons.filter((each) => each.outcome === outcome).length;
  const opaque = new Set(
    comparisons.filter(({ outcome }) => outcome === 'same').flatMap(({ notes }) => notes),
  );
  return [
    ...lines,
    ...opaque,
    `${comparisons.length} execution${comparisons.length === 1 ? '' : 's'}: ${count('same')} the same, ${count('different')} different, ${count('notCompared')} not compared.`,
  ];
}

/** A difference in data goes on through the states after it: those are counted only. */
function differenceLines(differences: readonly Difference[]): readonly string[] {
  const seen = new Set<string>();
  const lines: string[] = [];
  let following = 0;
  for (const each of differences) {
    const { kind, pointer, expected = null, actual = null } = each;
    const key = JSON.stringify([expected, actual]);
    const goesOn = pointer !== undefined && seen.has(key) && (kind === 'input' || kind === 'output');
    if (goesOn) following++;
    else lines.push(`  ${differenceText(each)}`);
    seen.add(key);
  }
  if (following === 0) return lines;
  const places = following === 1 ? '1 more place has' : `${following} more places have`;
  return [...lines, `  ${places} the same values`];
}

/** `Charge: output /receipt is "b" here, and "a" on Step Functions` */
export function differenceText({ kind, state, pointer = '', expected, actual }: Difference): string {
  const place = state === '' ? 'the execution' : state;
  const sides = `${valueText(actual)} here, and ${valueText(expected)} on Step Functions`;
  switch (kind) {
    case 'path':
      return state === '' ? `the path begins with ${sides}` : `${place}: then comes ${sides}`;
    case 'attempts':
      return `${place}: it was tried ${timesText(actual)} here, and ${timesText(expected)} on Step Functions`;
    case 'runs':
      return `${place}: it was begun ${timesText(actual)} here, and ${timesText(expected)} on Step Functions`;
    default:
      return `${place}: ${kind}${pointer === '' ? '' : ` ${pointer}`} is ${sides}`;
  }
}

function timesText(count: Json | undefined): string {
  if (count === 0 || count === undefined) return 'never';
  return count === 1 ? 'once' : `${String(count)} times`;
}

const longestValue = 200;

function valueText(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= longestValue ? text : `${text.slice(0, longestValue - 1)}…`;
}
