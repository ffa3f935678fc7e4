import type { MachineEffect, PreparedMachine } from '../../machine/index.ts';
import { durationMs } from '../../policy/duration.ts';
import { isPerTask, type PerTask } from '../../policy/perTask.ts';
import { sendMessage, startChild, stopChild } from '../children/children.ts';
import { startList, startMachinesList } from '../lists/startList.ts';
import type { Draft } from './draft.ts';
import type { FollowUp } from './followUp.ts';
import type { Origin } from './origin.ts';

type StartTask = Extract<MachineEffect, { type: 'startTask' }>;

/** Takes what a step of the machine asks for into the draft. Answers what it leads to at once. */
export function takeEffects(
  draft: Draft,
  effects: readonly MachineEffect[],
  machine: PreparedMachine,
  origin: Origin,
): FollowUp[] {
  const followUps: FollowUp[] = [];
  const before = draft.said.length;
  for (const effect of effects) {
    switch (effect.type) {
      case 'startTask': {
        const followUp = startTask(draft, machine, effect, origin);
        if (followUp) followUps.push(followUp);
        break;
      }
      case 'stopTask':
        draft.removeTask(effect.task);
        stopChild(draft, effect, draft.said.slice(before));
        break;
      case 'action':
      case 'log':
        draft.effects.push(effect);
        break;
      case 'emit':
        draft.emitted.push({ event: effect.event });
        break;
      case 'send':
        sendMessage(draft, effect, origin);
        break;
      case 'keepItems':
        draft.itemLists.push(effect.list);
        break;
      default:
        effect satisfies never;
    }
  }
  return followUps;
}

function startTask(
  draft: Draft,
  machine: PreparedMachine,
  effect: StartTask,
  origin: Origin,
): FollowUp | undefined {
  const { task, src, input } = effect;
  const source = machine.sourceOf(src);
  switch (source.kind) {
    case 'each':
      return startList(draft, machine, source, effect, origin);
    case 'eachMachine':
      return startMachinesList(draft, machine, source, effect);
    case 'machine':
      return startChild(draft, effect, source);
    default: {
      const { cause } = origin;
      const given = source.isPerTask && isPerTask(input) ? fieldsOf(input) : { input };
      const { input: ofWorker, ...fields } = given;
      const open = { task, worker: src, attempt: 1, cause, ...fields };
      const withInput = ofWorker === undefined ? open : { ...open, input: ofWorker };
      draft.openTask(withInput, source.policy, origin);
      return undefined;
    }
  }
}

/** The part of its policy that a task brings with it. */
function fieldsOf({ input, timeout, heartbeat, starts, work }: PerTask) {
  return {
    input,
    ...(timeout !== undefined && { timeoutMs: durationMs(timeout) }),
    ...(heartbeat !== undefined && { heartbeatMs: durationMs(heartbeat) }),
    ...(starts !== undefined && { starts }),
    ...(work !== undefined && { work }),
  };
}
