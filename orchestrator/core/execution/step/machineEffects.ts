import type { MachineEffect, PreparedMachine } from '../../machine/index.ts';
import { sendMessage, startChild, stopChild } from '../children/children.ts';
import { startFanOut } from '../lists/itemTasks.ts';
import type { Draft } from './draft.ts';

/**
 * Takes what a step of the machine asks for into the execution that is being drafted.
 * @param failed whether the step failed the machine: tasks stay as they were before, for a redrive
 */
export function takeEffects(
  draft: Draft,
  effects: readonly MachineEffect[],
  machine: PreparedMachine,
  cause: string,
  failed: boolean,
): void {
  for (const effect of effects) {
    switch (effect.type) {
      case 'startTask': {
        const { task, src, input } = effect;
        const source = machine.sourceOf(src);
        if (source.kind === 'each') {
          startFanOut(draft, machine, source, effect, cause);
          if (draft.ended) return;
          break;
        }
        if (source.kind === 'machine') {
          startChild(draft, effect, source);
          if (draft.ended) return;
          break;
        }
        const { policy } = source;
        const open = { task, worker: src, attempt: 1, cause, ...(input === undefined ? {} : { input }) };
        draft.set({ tasks: [...draft.execution.tasks, open] });
        draft.dispatch(open, policy, cause);
        break;
      }
      case 'stopTask':
        if (failed) break;
        draft.removeTask(effect.task);
        stopChild(draft, effect.task);
        break;
      case 'action':
      case 'log':
        draft.effects.push(effect);
        break;
      case 'emit':
        draft.emitted.push({ event: effect.event });
        break;
      case 'send':
        sendMessage(draft, effect);
        break;
      default:
        effect satisfies never;
    }
  }
}
