import { inspect } from 'node:util';
import { Logger } from '@aws-lambda-powertools/logger';
import type { ExecutionStatus } from '../core/execution/model/execution.ts';
import { type Observer, subjectOf } from './activity.ts';
import { consoleReporter, type Report, type Reporter } from './report.ts';

type Level = 'info' | 'warn' | 'error';

const reported: Readonly<
  Record<Exclude<Report['type'], 'consumedCapacity'>, readonly [level: Level, message: string]>
> = {
  log: ['info', 'The machine logs'],
  actionFailed: ['error', 'An action of the machine threw, and the execution goes on'],
  dropped: ['error', 'Items of the execution cannot be decided on, and stay in the table'],
  waiting: ['error', 'The execution waits because of a defect of the orchestrator'],
  dispatchFailed: ['warn', 'A worker could not be invoked now, and will be a little later'],
  cancelFailed: ['warn', 'A job that nothing waits for any more could not be cancelled'],
  wakeFailed: ['error', 'The wake function failed as a whole; what is due stays due'],
  recovered: ['warn', 'A batch that was given up was caught up'],
  batchLeft: ['error', 'A batch that was given up cannot be recovered, and stays in the failure bucket'],
  busFailed: ['warn', 'The bus did not take events, which are published again'],
  tableFailed: ['error', 'The table did not take a read or a write, which is tried again'],
};

/** The statuses that an operator may have to do something about. */
const entered: Partial<Record<ExecutionStatus, string>> = {
  FAILED: 'The execution failed',
  TIMED_OUT: 'The execution timed out',
  PENDING_REDRIVE: 'The execution waits for a redrive',
};

/** The level is Powertools' own: `POWERTOOLS_LOG_LEVEL`, or Lambda's log settings. INFO where neither says anything. */
export function createLogger(serviceName: string): Logger {
  return new Logger({ serviceName });
}

const waitsMessage = 'The execution waits for its machine';

/** Reports as structured log lines: `millrace` is the kind of report, which metric filters and queries go by. */
export function structuredReporter(logger: Logger): Reporter {
  // Consumed capacity comes in thousands of lines, which only a person who measures reads.
  const bare = consoleReporter();
  return (report) => {
    if (report.type === 'consumedCapacity') return bare(report);
    const { type, ...fields } = report;
    const [level, message] = reported[type];
    const attributes = { millrace: type, ...fields };
    try {
      logger[level](message, attributes);
    } catch {
      // A machine can log anything, and a report must not fail because of its subject.
      logger[level](message, { millrace: type, text: inspect(fields, { depth: 4 }) });
    }
  };
}

/** Executions that fail, at level WARN; every step, at level DEBUG, for which nothing is done otherwise. */
export function activityLog(logger: Logger): Observer {
  const isDetailed = logger.getLevelName() === 'DEBUG' || logger.getLevelName() === 'TRACE';
  return (activity) => {
    if (activity.type === 'committed') {
      for (const status of activity.entered) {
        const message = entered[status];
        if (message === undefined) continue;
        const { error } = activity.execution;
        logger.warn(message, { millrace: 'entered', ...subjectOf(activity.execution), status, error });
      }
      const { waiting, error } = activity.execution;
      if (waiting?.attempts === 1) {
        logger.warn(waitsMessage, { millrace: 'waitsForMachine', ...subjectOf(activity.execution), error });
      }
    }
    if (!isDetailed) return;
    const { type, ...fields } = activity;
    if (!('execution' in fields)) {
      logger.debug(type, { millrace: type, ...fields });
      return;
    }
    const { execution, ...rest } = fields;
    logger.debug(type, { millrace: type, ...subjectOf(execution), ...progressOf(activity), ...rest });
  };
}

function progressOf(activity: Parameters<Observer>[0]) {
  if (activity.type !== 'committed') return {};
  const { status, state, version, wakeAt } = activity.execution;
  return { status, state, commit: version, ...(wakeAt !== undefined && { wakeAt }) };
}
