import type { Failed } from '../model/execution.ts';

/** Where a change of the execution comes from. */
export interface Origin {
  /** The journal item or wake that opens the tasks: an orchestrator that meets that again dispatches them again. */
  readonly cause: string;
  /** The journal item that is being applied: a redrive gives it to the machine again, where it fails by it. Absent for timers. */
  readonly item?: Failed;
  /** The rest of the item once its own step is taken: an event that was held may fail the machine then. */
  readonly rest?: Failed;
  /**
   * The parent has said it as it stopped this execution: it hears the answers. `to` is the address of its machine, where its
   * execution hosts that.
   */
  readonly answers?: { readonly to?: string };
}
