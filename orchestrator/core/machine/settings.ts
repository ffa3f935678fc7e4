import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { nearest } from '../data/nearest.ts';
import { type KeysOf, optionsProblem } from '../policy/options.ts';
import { checkpointProblem } from './checkpointSetting.ts';
import { executionTimeoutProblem } from './executionTimeout.ts';
import { type HeldEvents, heldEventsProblem } from './heldEvents.ts';
import type { MachineProblem } from './machineProblem.ts';
import { pathOf } from './parts.ts';
import { switchProblem } from './switchSetting.ts';
import { configOf, property } from './xstateInternals.ts';

/** The settings for Millrace in the machine's `meta.millrace`. */
interface MachineSettings {
  readonly timeout?: unknown;
  readonly heldEvents?: unknown;
  readonly chain?: unknown;
  readonly checkpoint?: unknown;
  readonly nudge?: unknown;
}

const settingsKey = 'millrace';
const settingKeys: KeysOf<MachineSettings> = {
  timeout: true,
  heldEvents: true,
  chain: true,
  checkpoint: true,
  nudge: true,
};
const heldEventsKeys: KeysOf<HeldEvents> = { maximum: true };

/** The problems with the settings for Millrace in the `meta` of a machine and of its states. */
export function* settingProblems(
  machine: AnyStateMachine,
  nodes: readonly AnyStateNode[],
): Generator<MachineProblem> {
  const settings = settingsOf(machine.root);
  const meta = configOf(machine.root).meta;
  for (const key of typeof meta === 'object' && meta !== null ? Object.keys(meta) : []) {
    if (key === settingsKey || nearest(key, [settingsKey]) === undefined) continue;
    yield {
      path: `meta.${key}`,
      problem: `Millrace reads only meta.${settingsKey}`,
      instead: `write ${settingsKey}, if these are its settings`,
      isWarning: true,
    };
  }
  const unknown = optionsProblem(settings, settingKeys);
  if (unknown !== undefined) {
    yield {
      path: 'meta.millrace',
      problem: unknown,
      instead: "write it as in { timeout: '24h', heldEvents: true }",
    };
    if (typeof settings !== 'object' || settings === null) return;
  }
  const timeout = executionTimeoutProblem(machine);
  if (timeout !== undefined) {
    yield {
      path: 'meta.millrace.timeout',
      problem: timeout,
      instead: "write it as in '24h', or leave it out",
    };
  }
  const heldEvents = property(settings, 'heldEvents');
  const held =
    heldEventsProblem(machine) ??
    (typeof heldEvents === 'object' ? optionsProblem(heldEvents, heldEventsKeys) : undefined);
  if (held !== undefined) {
    yield { path: 'meta.millrace.heldEvents', problem: held, instead: 'write heldEvents: true' };
  }
  for (const name of ['chain', 'nudge'] as const) {
    const problem = switchProblem(machine, name);
    if (problem === undefined) continue;
    yield {
      path: `meta.millrace.${name}`,
      problem,
      instead: `write ${name}: true or ${name}: false`,
    };
  }
  const checkpoint = checkpointProblem(machine);
  if (checkpoint !== undefined) {
    yield {
      path: 'meta.millrace.checkpoint',
      problem: checkpoint,
      instead: "write checkpoint: { every: '5s' }, or 'step' for a commit per step",
    };
  }
  for (const node of nodes) {
    if (node.parent === undefined || settingsOf(node) === undefined) continue;
    yield {
      path: `${pathOf(node)}.meta.millrace`,
      problem: 'settings of Millrace apply to the whole machine, not to a state',
      instead: "put it into the machine's own meta, or for a time limit of a state write after",
    };
  }
}

function settingsOf(node: AnyStateNode): unknown {
  return property(configOf(node).meta, settingsKey);
}
