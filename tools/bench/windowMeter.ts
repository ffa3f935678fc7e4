import { defaults } from '../../orchestrator/configuration/configuration.ts';
import type { Execution } from '../../orchestrator/core/execution/model/execution.ts';
import { parseMachineState } from '../../orchestrator/core/machine/index.ts';
import { attributesSize } from '../../orchestrator/table/attributes.ts';
import { encodeExecution } from '../../orchestrator/table/executionItem.ts';
import { progress, round } from './commandLine.ts';
import type { Usage } from './inProcessMillrace.ts';

/** Per step, on average. */
export interface Window extends Usage {
  readonly steps: number;
  readonly milliseconds: number;
  /** The largest. */
  readonly executionItemBytes: number;
  /** The step's result item. */
  readonly resultItemBytes: number;
}

/** The first steps, the last ones, and those between. */
export type WindowName = 'first' | 'middle' | 'last';

/** Adds up what the first and the last steps cost. */
export class WindowMeter {
  readonly #steps: number;
  readonly #window: number;
  readonly #taken = new Map<WindowName, { usage: Usage; milliseconds: number }>();
  readonly #largest = new Map<WindowName, number>();
  #since = performance.now();

  constructor(steps: number, window: number) {
    this.#steps = steps;
    this.#window = window;
  }

  commit(execution: Execution, usage: () => Usage): void {
    const done = doneOf(execution);
    // The start's own commit, with its index entries, is not a step.
    if (done === 0) {
      usage();
      this.#since = performance.now();
      return;
    }
    const name = done <= this.#window ? 'first' : done <= this.#steps - this.#window ? 'middle' : 'last';
    // The last commit moves the execution in the index, which is not a cost of a step.
    if (execution.status === 'RUNNING') {
      const encoded = encodeExecution(execution, { indexShards: defaults.indexShards });
      const bytes = encoded.type === 'item' ? attributesSize(encoded.item) : encoded.bytes;
      this.#largest.set(name, Math.max(this.#largest.get(name) ?? 0, bytes));
    }
    const isEnd = done === this.#window || done === this.#steps - this.#window || done === this.#steps - 1;
    if (!isEnd) return;
    this.#taken.set(name, { usage: usage(), milliseconds: performance.now() - this.#since });
    this.#since = performance.now();
    progress(`${done} steps: done`);
  }

  window(name: WindowName, resultItemBytes: number): Window {
    const { usage, milliseconds } = this.#taken.get(name) ?? { usage: none, milliseconds: 0 };
    const steps = name === 'last' ? this.#window - 1 : this.#window;
    return {
      steps,
      writeUnits: round(usage.writeUnits / steps, 3),
      readUnits: round(usage.readUnits / steps, 3),
      orchestratorCalls: round(usage.orchestratorCalls / steps, 3),
      orchestratorInvocations: round(usage.orchestratorInvocations / steps, 3),
      milliseconds: round(milliseconds / steps, 2),
      executionItemBytes: this.#largest.get(name) ?? 0,
      resultItemBytes: round(resultItemBytes, 1),
    };
  }
}

const none: Usage = { writeUnits: 0, readUnits: 0, orchestratorCalls: 0, orchestratorInvocations: 0 };

function doneOf({ snapshot }: Execution): number {
  const context = snapshot === undefined ? undefined : parseMachineState(snapshot).context;
  return typeof context === 'object' && context !== null && 'done' in context ? Number(context.done) : 0;
}
