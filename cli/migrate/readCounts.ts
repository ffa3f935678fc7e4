import type { MonthlyUse, WorkflowType } from '../../asl/index.ts';
import { InvalidInputError } from '../errors.ts';

/** The use of a state machine, with its type if the file has it. */
export interface CountedUse extends MonthlyUse {
  readonly type?: WorkflowType;
}

const columns = ['name', 'executions', 'transitions', 'type'];

/**
 * Reads a CSV file of monthly counts by the name of the state machine: `name,executions[,transitions[,type]]`, with a header
 * line or without one. Names of state machines cannot have commas or quotes.
 *
 * @throws InvalidInputError that names the line
 */
export function readCounts(text: string, file: string): ReadonlyMap<string, CountedUse> {
  const counts = new Map<string, CountedUse>();
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const cells = line.split(',').map((cell) => cell.trim());
    if (line.trim() === '' || (index === 0 && isHeader(cells))) continue;
    const [name = '', executions, transitions = '', type = ''] = cells;
    const refuse = (problem: string): never => {
      throw new InvalidInputError(
        `${file}, line ${index + 1}: ${problem}. Write lines of ${columns.join(',')}.`,
      );
    };
    if (name === '') refuse('the name is empty');
    if (counts.has(name)) refuse(`'${name}' is in the file twice`);
    if (cells.length > columns.length) refuse(`it has ${cells.length} columns`);
    counts.set(name, {
      executions: countIn(executions ?? '') ?? refuse(`'${executions ?? ''}' is not a number of executions`),
      ...(transitions !== '' && {
        transitions: countIn(transitions) ?? refuse(`'${transitions}' is not a number of transitions`),
      }),
      ...(type !== '' && { type: typeIn(type) ?? refuse(`'${type}' is neither STANDARD nor EXPRESS`) }),
    });
  }
  return counts;
}

function isHeader(cells: readonly string[]): boolean {
  return cells.every((cell, index) => cell.toLowerCase() === columns[index]);
}

function countIn(text: string): number | undefined {
  const count = /^\d+(\.\d+)?(e\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(count) ? count : undefined;
}

function typeIn(text: string): WorkflowType | undefined {
  const type = text.toUpperCase();
  return type === 'STANDARD' || type === 'EXPRESS' ? type : undefined;
}
