import { describeThrown } from '../core/data/describeThrown.ts';
import type { Execution } from '../core/execution/model/execution.ts';
import type { ExecutionEffect } from '../core/execution/step/advance.types.ts';
import { subjectOf } from '../observability/activity.ts';
import { describeError, type Reporter } from '../observability/report.ts';

export interface EffectsOptions {
  readonly report: Reporter;
  /** How long an action that is an async function is waited for. @default 5 seconds */
  readonly actionLimitMs?: number | undefined;
}

const defaultActionLimitMs = 5000;

/** Runs the actions and logs of a commit that was taken, in their order. Its tasks are handed over by others, before. */
export async function runEffects(
  execution: Execution,
  effects: readonly ExecutionEffect[],
  options: EffectsOptions,
): Promise<void> {
  for (const effect of effects) {
    switch (effect.type) {
      case 'action':
        await runAction(execution, effect, options);
        break;
      case 'log': {
        const { label, value } = effect;
        options.report({
          type: 'log',
          ...subjectOf(execution),
          value,
          ...(label !== undefined && { label }),
        });
        break;
      }
      case 'dispatch':
      case 'cancel':
        break;
      default:
        effect satisfies never;
    }
  }
}

/** An action that is an async function is waited for: Lambda freezes what goes on after the handler. */
async function runAction(
  execution: Execution,
  { name, run }: Extract<ExecutionEffect, { type: 'action' }>,
  { report, actionLimitMs: limitMs = defaultActionLimitMs }: EffectsOptions,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let isLate = false;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => {
      isLate = true;
      reject(new Error(`It did not settle within ${limitMs} ms.`));
    }, limitMs);
  });
  try {
    await Promise.race([run(), limit]);
  } catch (error) {
    const thrown = describeThrown(error);
    // The stack of the limit says nothing about an action that is late.
    const stack = thrown.$thrown || isLate ? undefined : thrown.stack;
    report({
      type: 'actionFailed',
      ...subjectOf(execution),
      action: name,
      error: describeError(error),
      ...(stack !== undefined && { stack }),
    });
  } finally {
    clearTimeout(timer);
  }
}
