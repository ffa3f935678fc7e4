import { CommanderError } from 'commander';
import { isUnanswered, kindOfAwsError } from '../orchestrator/aws/errorKind.ts';
import { type ErrorKind, kindOfCode } from '../orchestrator/core/errors/millraceError.ts';
import { type ExitCode, exitCode } from './exitCodes.ts';
import type { Terminal } from './terminal.ts';

/** An error as the command line shows it. */
export interface ReportedError {
  readonly code: string;
  /** One line. */
  readonly message: string;
  readonly exitCode: ExitCode;
  /** Only for errors that no one foresaw. */
  readonly stack?: string;
}

const exitCodeOf: Readonly<Record<ErrorKind, ExitCode>> = {
  usage: exitCode.refused,
  conflict: exitCode.refused,
  execution: exitCode.refused,
  notFound: exitCode.notFound,
  timeout: exitCode.timeout,
  unavailable: exitCode.environment,
  environment: exitCode.environment,
  data: exitCode.environment,
  diverged: exitCode.diverged,
  defect: exitCode.defect,
  interrupted: exitCode.interrupted,
};

/** The message about an error, and the exit code. Undefined where commander asks for a plain end (`--help`). */
export function describeError(error: unknown): ReportedError | undefined {
  if (error instanceof CommanderError) return usageError(error);
  if (!(error instanceof Error)) return defect(String(error), undefined);
  const code = stringProperty(error, 'code');
  // By its code: the machines, and what they throw, may come with a copy of Millrace of their own.
  const kind = code === undefined ? undefined : kindOfCode(code);
  if (code !== undefined && kind !== undefined) {
    const stack = kind === 'defect' && error.stack !== undefined ? { stack: error.stack } : {};
    return { code, message: oneLine(error.message), exitCode: exitCodeOf[kind], ...stack };
  }
  // Whatever its kind: the values of such a call are not the user's.
  if (kindOfAwsError(error) !== undefined) return { ...awsError(error), exitCode: exitCode.environment };
  if (code === 'ERR_INVALID_URL') return invalidUrl(error);
  // Whatever else says what it is: an engine that does not start, an item that cannot be read, a port that is taken.
  if (code !== undefined) return { code, message: oneLine(error.message), exitCode: exitCode.environment };
  return defect(oneLine(error.message), error.stack);
}

/** Prints `code: message`, as JSON where that is asked for. Answers the exit code. */
export function reportError(error: unknown, terminal: Terminal, asJson: boolean): ExitCode {
  const reported = describeError(error);
  if (!reported) return exitCode.ok;
  const { code, message, stack } = reported;
  terminal.note(asJson ? JSON.stringify({ error: { code, message } }) : `${code}: ${message}`);
  if (stack !== undefined) terminal.note(stack);
  return reported.exitCode;
}

/** The URLs of a command are those of endpoints. */
function invalidUrl(error: Error): ReportedError {
  const url = 'input' in error ? `'${String(error.input)}'` : 'An endpoint';
  const message = `${url} is not a URL: correct --endpoint, or the AWS_ENDPOINT_URL of the environment.`;
  return { code: 'InvalidInput', message, exitCode: exitCode.refused };
}

function usageError(error: CommanderError): ReportedError | undefined {
  if (error.exitCode === 0) return undefined;
  const text = error.message.replace(/^error: /, '');
  const message = text === '(outputHelp)' ? 'Name a command.' : sentences(text);
  return { code: 'InvalidUsage', message: `${message} See --help.`, exitCode: exitCode.refused };
}

/** Commander's messages begin small and have no full stop, some of them a hint in brackets on a line of its own. */
function sentences(text: string): string {
  const [said = '', hint] = text.split(/\n\((.*)\)$/s);
  return [said, hint ?? '']
    .map((part) => oneLine(part).replace(/^\p{Ll}/u, (letter) => letter.toUpperCase()))
    .filter((part) => part !== '')
    .map((part) => (/[.!?]$/.test(part) ? part : `${part}.`))
    .join(' ');
}

function defect(message: string, stack: string | undefined): ReportedError {
  const text = `${message} Please report this.`;
  return { code: 'Defect', message: text, exitCode: exitCode.defect, ...(stack !== undefined && { stack }) };
}

/** Errors of the AWS SDK where the surroundings are not as they have to be. */
function awsError(error: Error): { code: string; message: string } {
  const { name } = error;
  const message = oneLine(error.message);
  if (isUnanswered(error)) {
    return {
      code: 'CannotReachTable',
      message: `DynamoDB does not answer (${message || name}). Check the endpoint, or whether \`npx millrace dev\` still runs.`,
    };
  }
  if (name === 'CredentialsProviderError') {
    return { code: 'NoCredentials', message: `No AWS credentials were found (${message}).` };
  }
  if (message === 'Region is missing') {
    return {
      code: 'NoRegion',
      message: 'No AWS region is set: set AWS_REGION, or choose a profile that has a region.',
    };
  }
  if (name === 'ResourceNotFoundException') {
    return {
      code: 'TableNotFound',
      message: `The table was not found (${message}). Check --table, the region and the credentials.`,
    };
  }
  return { code: name, message };
}

function stringProperty(error: Error, key: 'code'): string | undefined {
  const value: unknown = key in error ? Reflect.get(error, key) : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' | ');
}
