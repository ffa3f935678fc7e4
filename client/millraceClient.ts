import { type ActivityTask, type GetActivityTaskOptions, getActivityTask } from './activities.ts';
import {
  type ControlOptions,
  checkIsInTime,
  checkPatch,
  controlContent,
  type RedriveOptions,
  sendControl,
} from './control.ts';
import { type ControlledExecution, type ControlManyOptions, controlMany } from './controlMany.ts';
import { describeExecution } from './describe.ts';
import { doctor } from './doctor/doctor.ts';
import type { DoctorOptions } from './doctor/options.ts';
import type { TreatedFinding } from './doctor/treatment.ts';
import { NotRedrivableError } from './errors.ts';
import type { ExecutionDescription } from './executionDescription.ts';
import { ExecutionReader } from './executionReader.ts';
import type {
  ExecutionEvent,
  MachineEvents,
  MachineInput,
  MachineReference,
  OfMachine,
  OptionalIfEmpty,
} from './machineTypes.ts';
import { checkCallOptions } from './optionKeys.ts';
import { checkSequence } from './optionValues.ts';
import { RememberedRedrives } from './rememberedRedrives.ts';
import { type SendOptions, type SentEvent, sendEvent } from './send.ts';
import {
  type StartedExecution,
  type StartManyOptions,
  type StartOptions,
  startExecution,
  startExecutions,
} from './start.ts';
import { type StartAndWaitOptions, type StartAndWaitResult, startAndWaitFor } from './startAndWait.ts';
import { completeTask, failTask, heartbeatTask, type TaskBeat, type TaskFailure } from './tasks.ts';
import { type WaitOptions, waitForExecution } from './wait.ts';
import {
  type ExecutionIds,
  type ExecutionsAtRest,
  type WaitForAllOptions,
  waitForAllExecutions,
} from './waitForAll.ts';

/**
 * An application's access to executions. Errors of the AWS SDK (no access, no table, throttled) are passed on as they
 * are. Every call refuses an option that it does not have, with `UnknownOptionError`.
 */
export class MillraceClient extends ExecutionReader {
  readonly #redriven = new RememberedRedrives();

  /**
   * Starts an execution with one write. The same id with the same machine, version and input is the same execution.
   *
   * @throws ExecutionAlreadyExistsError when the id is there with another machine, version or input
   * @throws InvalidExecutionIdError, InvalidMachineIdError, NotSerializableError, ItemTooLargeError before anything is
   * written
   */
  async start<M extends MachineReference>(
    machine: M,
    ...[options]: OptionalIfEmpty<StartOptions<M>>
  ): Promise<StartedExecution> {
    checkCallOptions('start', options);
    return startExecution(this.surroundings, machine, options);
  }

  /**
   * Starts an execution directly, and waits for its output. Where the time is up before, it answers a handle, and the execution
   * goes on.
   *
   * @throws ExecutionNotSucceededError when it fails, is stopped, or times out by then
   * @throws InvalidDurationError, and what {@link MillraceClient.start} throws
   */
  async startAndWait<M extends MachineReference>(
    machine: M,
    input: MachineInput<M>,
    options: StartAndWaitOptions,
  ): Promise<StartAndWaitResult<M>> {
    checkCallOptions('startAndWait', options);
    return startAndWaitFor(this.surroundings, machine, input, options);
  }

  /**
   * Starts many, with bounded calls under way, as the answer is iterated; results come in order of completion. An
   * error stops it: those under way are still made, and starting the same again goes on from there.
   */
  startMany<M extends MachineReference>(
    machine: M,
    starts: Iterable<StartOptions<M>> | AsyncIterable<StartOptions<M>>,
    options: StartManyOptions = {},
  ): AsyncGenerator<StartedExecution, void, undefined> {
    checkCallOptions('startMany', options);
    checkSequence('startMany()', 'starts', starts);
    return startExecutions(this.surroundings, machine, starts, options, (start, what) =>
      checkCallOptions('start', start, what),
    );
  }

  /**
   * Sends an event with one write. It is not checked that there is such an execution: an event may come before the
   * start.
   *
   * @throws InvalidEventError, ReservedEventTypeError, InvalidExecutionIdError, NotSerializableError, ItemTooLargeError
   * before anything is written
   */
  async send<M extends MachineReference = string>(
    executionId: string,
    event: MachineEvents<NoInfer<M>>,
    options: SendOptions<M> = {},
  ): Promise<SentEvent> {
    checkCallOptions('send', options);
    return sendEvent(this.surroundings, executionId, event as ExecutionEvent, options);
  }

  /**
   * Takes the oldest task that waits for a worker of an activity, for this caller alone. Where there is none, it looks again until
   * `waitMs` are over, and then answers undefined. Give the result with {@link completeTask} or {@link failTask}.
   *
   * @throws InvalidActivityNameError
   * @throws IndexNotFoundError when the table has no index
   */
  async getActivityTask(
    activity: string,
    options: GetActivityTaskOptions = {},
  ): Promise<ActivityTask | undefined> {
    checkCallOptions('getActivityTask', options);
    return getActivityTask(this.surroundings, activity, options);
  }

  /**
   * Gives the result of a task with `waitForResult`, by the token that its worker got. The same result may be given again.
   *
   * @throws InvalidTaskTokenError, NotSerializableError, ItemTooLargeError, ExecutionNotFoundError before anything is written
   * @throws TaskNotOpenError when its result is no longer awaited
   * @throws TaskAlreadyCompletedError when it has another result
   */
  async completeTask(token: string, output?: unknown, options: OfMachine = {}): Promise<void> {
    checkCallOptions('completeTask', options);
    return completeTask(this.surroundings, token, output, options);
  }

  /**
   * Lets a task with `waitForResult` fail: it is tried again, or its machine gets the error, as if its worker had failed.
   *
   * @throws InvalidTaskTokenError, InvalidTaskErrorError, ExecutionNotFoundError before anything is written
   * @throws TaskNotOpenError when its result is no longer awaited
   * @throws TaskAlreadyCompletedError when it has another result
   */
  async failTask(token: string, failure: TaskFailure | Error, options: OfMachine = {}): Promise<void> {
    checkCallOptions('failTask', options);
    return failTask(this.surroundings, token, failure, options);
  }

  /**
   * Says that work on a task goes on, as `task.heartbeat` in its worker does, and how far it is.
   *
   * @throws InvalidTaskTokenError, NotSerializableError, ItemTooLargeError, ExecutionNotFoundError, TaskNotOpenError before
   * anything is written
   */
  async heartbeatTask(token: string, beat: TaskBeat = {}): Promise<void> {
    checkCallOptions('heartbeatTask', beat);
    return heartbeatTask(this.surroundings, token, beat);
  }

  /**
   * Ends an execution as ABORTED. One that has ended stays as it is.
   *
   * @throws ExecutionNotFoundError, InvalidExecutionIdError
   */
  async stop(executionId: string, options: ControlOptions = {}): Promise<void> {
    checkCallOptions('stop', options);
    await describeExecution(this.surroundings, executionId, options.machine);
    await sendControl(this.surroundings, executionId, controlContent('stop', options));
  }

  /**
   * Lets an execution that is FAILED, TIMED_OUT, ABORTED or PENDING_REDRIVE go on from where it was: what succeeded is not
   * repeated, what failed is tried again, its children are redriven with it.
   *
   * @throws ExecutionNotFoundError, InvalidExecutionIdError, NotSerializableError
   * @throws NotRedrivableError when it is in another status
   * @throws RedriveTooLateError when it ended so long ago that its data is about to expire
   * @throws InputPatchNotApplicableError when nothing that failed has an input
   */
  async redrive(executionId: string, options: RedriveOptions = {}): Promise<void> {
    checkCallOptions('redrive', options);
    const execution = await describeExecution(this.surroundings, executionId, options.machine);
    const { status, version, endedAt } = execution;
    if (status === 'RUNNING' || status === 'SUSPENDED' || status === 'SUCCEEDED') {
      throw new NotRedrivableError(executionId, status);
    }
    checkIsInTime(this.surroundings, executionId, endedAt);
    await checkPatch(this.surroundings, executionId, options);
    await sendControl(this.surroundings, executionId, controlContent('redrive', options));
    this.#redriven.add(executionId, version);
  }

  /**
   * Lets an execution stand still: results and events go to its journal, its timers wait. Workers that run are not stopped,
   * and the execution's own timeout runs on, to be found by the resume.
   *
   * @throws ExecutionNotFoundError, InvalidExecutionIdError
   */
  async suspend(executionId: string, options: ControlOptions = {}): Promise<void> {
    checkCallOptions('suspend', options);
    await describeExecution(this.surroundings, executionId, options.machine);
    await sendControl(this.surroundings, executionId, controlContent('suspend', options));
  }

  /**
   * Lets a SUSPENDED execution go on, with everything that has come meanwhile.
   *
   * @throws ExecutionNotFoundError, InvalidExecutionIdError
   */
  async resume(executionId: string, options: ControlOptions = {}): Promise<void> {
    checkCallOptions('resume', options);
    await describeExecution(this.surroundings, executionId, options.machine);
    await sendControl(this.surroundings, executionId, controlContent('resume', options));
  }

  /**
   * Stops, redrives, suspends or resumes the executions of a list, as the answer is iterated. May be repeated at any time:
   * executions that have moved on are skipped, and one that has not moved since does not receive the request twice.
   *
   * @throws ControlMismatchError when executions in that status do not accept that request
   * @throws InvalidMachineIdError, NotSerializableError
   */
  controlMany(options: ControlManyOptions): AsyncGenerator<ControlledExecution, void, undefined> {
    checkCallOptions('controlMany', options);
    return controlMany(this.surroundings, options);
  }

  /**
   * Looks through the whole table for executions that do not go on as they should, and has them caught up by the recovery
   * function, as the answer is iterated. Safe at any time, beside the orchestrator and other runs; may be broken off, and
   * gone on with from the `cursor` of its progress.
   *
   * @throws RecoveryUnavailableError when there is something to repair, and the recovery function cannot be called
   * @throws IndexNotFoundError when the table has no index
   * @throws InvalidCursorError
   */
  doctor(options: DoctorOptions = {}): AsyncGenerator<TreatedFinding, void, undefined> {
    checkCallOptions('doctor', options);
    return doctor(this.surroundings, options);
  }

  /**
   * Resolves when the execution has ended (SUCCEEDED, FAILED, TIMED_OUT, ABORTED) or is PENDING_REDRIVE; with `state` or
   * `tag`, also when it is found in that state. A state that it passes between two looks is not seen.
   *
   * @throws ExecutionNotFoundError, InvalidExecutionIdError, DifferentMachineError, InvalidWaitError, WaitTimeoutError
   */
  async wait<M extends MachineReference = string>(
    executionId: string,
    options: WaitOptions<M> = {},
  ): Promise<ExecutionDescription<M>> {
    checkCallOptions('wait', options);
    // The end from which it was redriven is not the one that is waited for.
    const before = this.#redriven.take(executionId);
    return waitForExecution(this.surroundings, executionId, options, before);
  }

  /**
   * Resolves when each of many executions of one machine has ended, is PENDING_REDRIVE or waits only for events. Takes
   * what {@link MillraceClient.startMany} answers, so that starting and following go side by side.
   *
   * @throws WaitTimeoutError, ExecutionNotFoundError, InvalidExecutionIdError, DifferentMachineError, and what `executions` throws
   */
  async waitForAll(
    machine: MachineReference,
    executions: ExecutionIds,
    options: WaitForAllOptions = {},
  ): Promise<ExecutionsAtRest> {
    checkCallOptions('waitForAll', options);
    checkSequence('waitForAll()', 'executions', executions);
    return waitForAllExecutions(this.surroundings, machine, executions, options);
  }
}
