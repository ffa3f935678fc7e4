import type { CommandLine } from './command.ts';

/** A command as the overview shows it; the rest of it is loaded only where it is the one that runs. */
export interface CommandEntry {
  readonly name: string;
  /** Its options and arguments in short. */
  readonly usage: string;
  readonly summary: string;
  readonly load: () => Promise<(line: CommandLine) => void>;
}

/** All commands, in the order of the overview. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'init',
    usage: '[options] <directory>',
    summary: 'create a project: a machine, a worker, a test, a CDK app',
    load: async () => (await import('./init.ts')).addInitCommand,
  },
  {
    name: 'dev',
    usage: '[options]',
    summary: 'keep a local cloud running',
    load: async () => (await import('./dev.ts')).addDevCommand,
  },
  {
    name: 'console',
    usage: '[options]',
    summary: 'see and operate executions in the browser',
    load: async () => (await import('./console.ts')).addConsoleCommand,
  },
  {
    name: 'run',
    usage: '[options] [machine]',
    summary: 'start an execution for each line of a file, and follow them to their ends',
    load: async () => (await import('./run.ts')).addRunCommand,
  },
  {
    name: 'start',
    usage: '[options] [machine]',
    summary: 'start an execution',
    load: async () => (await import('./start.ts')).addStartCommand,
  },
  {
    name: 'describe',
    usage: '[options] <id>',
    summary: 'show an execution',
    load: async () => (await import('./describe.ts')).addDescribeCommand,
  },
  {
    name: 'list',
    usage: '[options] [machine]',
    summary: 'list executions, of a machine or of all',
    load: async () => (await import('./list.ts')).addListCommand,
  },
  {
    name: 'history',
    usage: '[options] <id>',
    summary: 'show what happened to an execution',
    load: async () => (await import('./history.ts')).addHistoryCommand,
  },
  {
    name: 'asl',
    usage: '',
    summary: 'check and try definitions of Step Functions',
    load: async () => (await import('./asl.ts')).addAslCommand,
  },
  {
    name: 'migrate',
    usage: '',
    summary: 'find out what moving from Step Functions takes and saves',
    load: async () => (await import('./migrate.ts')).addMigrateCommand,
  },
  {
    name: 'replay',
    usage: '[options] <id>',
    summary: 'show an earlier state, or check that a replay gives what is stored',
    load: async () => (await import('./replay.ts')).addReplayCommand,
  },
  {
    name: 'events',
    usage: '[options] [id]',
    summary: 'show what left through the local bus',
    load: async () => (await import('./events.ts')).addEventsCommand,
  },
  {
    name: 'wait',
    usage: '[options] <id>',
    summary: 'wait until an execution has ended',
    load: async () => (await import('./wait.ts')).addWaitCommand,
  },
  {
    name: 'send',
    usage: '[options] <id> <type>',
    summary: 'send an event to an execution',
    load: async () => (await import('./control.ts')).addSendCommand,
  },
  {
    name: 'task',
    usage: '',
    summary: 'give the result of a task that waits for one',
    load: async () => (await import('./task.ts')).addTaskCommand,
  },
  {
    name: 'stop',
    usage: '[options] [id]',
    summary: 'end executions as ABORTED',
    load: async () => (await import('./control.ts')).addStopCommand,
  },
  {
    name: 'redrive',
    usage: '[options] [id]',
    summary: 'let executions go on that failed, timed out, were stopped, or are PENDING_REDRIVE',
    load: async () => (await import('./control.ts')).addRedriveCommand,
  },
  {
    name: 'suspend',
    usage: '[options] [id]',
    summary: 'let executions stand still',
    load: async () => (await import('./control.ts')).addSuspendCommand,
  },
  {
    name: 'resume',
    usage: '[options] [id]',
    summary: 'let suspended executions go on',
    load: async () => (await import('./control.ts')).addResumeCommand,
  },
  {
    name: 'doctor',
    usage: '[options]',
    summary: 'find executions that do not go on as they should, and fix them',
    load: async () => (await import('./doctor.ts')).addDoctorCommand,
  },
  {
    name: 'machines',
    usage: '',
    summary: 'list the machines of a folder, or check them against what is recorded',
    load: async () => (await import('./machines.ts')).addMachinesCommand,
  },
];
