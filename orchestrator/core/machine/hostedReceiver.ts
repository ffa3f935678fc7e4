import type { HostedMachine } from './hostedMachine.ts';
import type { MachineInput } from './step.types.ts';

/** The machine of an execution that an input is for; undefined where it was the machine of an item, and has ended. */
export function receiverOf(root: HostedMachine, input: MachineInput): HostedMachine | undefined {
  switch (input.type) {
    case 'start':
    case 'endListPart':
    case 'updateList':
      return root;
    case 'event': {
      const { to, from } = input;
      if (to !== undefined) return machineAt(root, to);
      return from === undefined ? root : ownerOf(root, from);
    }
    case 'taskSucceeded':
    case 'taskFailed':
    case 'listPart':
      return ownerOf(root, input.task);
    case 'timer':
      return nextToFire(root);
  }
}

/** Whether an address is that of the machine of an item of this execution, whether it runs or has ended. */
export function isOfItem(root: HostedMachine, address: string): boolean {
  return address.startsWith(`${root.address}#`);
}

export function machineAt(root: HostedMachine, address: string): HostedMachine | undefined {
  for (const machine of root.all()) if (machine.address === address) return machine;
  return undefined;
}

function ownerOf(root: HostedMachine, task: number): HostedMachine {
  for (const machine of root.all()) if (machine.hasRunning(task)) return machine;
  return root;
}

/** The machine whose timer fires first. Where several are due together, a host comes before its items. */
function nextToFire(root: HostedMachine): HostedMachine {
  let first = root;
  for (const machine of root.all()) {
    if ((machine.timerAt ?? Number.POSITIVE_INFINITY) < (first.timerAt ?? Number.POSITIVE_INFINITY)) {
      first = machine;
    }
  }
  return first;
}
