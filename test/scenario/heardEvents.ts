import { type AnyActorRef, type AnyStateMachine, assign, createActor, createMachine } from 'xstate';
import { OrchestratorRig } from '../support/orchestratorRig.ts';

export type Heard = { readonly context: { readonly heard: readonly string[] } };

/** Remembers everything it hears. */
export function hearing(id: string, more: object = {}): AnyStateMachine {
  return createMachine({
    id,
    context: { heard: [] as string[] },
    on: { '*': { actions: assign({ heard: ({ context, event }) => [...context.heard, event.type] }) } },
    ...more,
  } as never) as AnyStateMachine;
}

/** The events that the children of XState's own actor have heard after it took the events, in the order of their starts. */
export function heardInXState(machine: AnyStateMachine, events: readonly string[]): (readonly string[])[] {
  const children: AnyActorRef[] = [];
  const actor = createActor(machine, {
    inspect: (inspected) => {
      if (inspected.type === '@xstate.actor') children.push(inspected.actorRef as AnyActorRef);
    },
  });
  actor.start();
  for (const type of events) actor.send({ type });
  return children
    .filter((child) => child !== actor)
    .map((child) => (child.getSnapshot() as Heard).context.heard);
}

/** The events that child executions have heard, in the order of their starts. */
export function heardIn(table: OrchestratorRig['table']): (readonly string[])[] {
  return table
    .allExecutions()
    .filter(({ executionId }) => executionId !== 'p')
    .sort((a, b) => a.executionId.localeCompare(b.executionId, 'en', { numeric: true }))
    .map(({ snapshot }) => (JSON.parse(snapshot ?? '{}') as Heard).context.heard);
}

/** Delivers everything, to whichever execution it is written, until nothing more is written. */
export async function deliverAll(rig: OrchestratorRig, instance = rig.newInstance()): Promise<void> {
  const ids = () => new Set([...rig.table.items.values()].map((item) => item.executionId?.S ?? ''));
  for (let isMore = true; isMore; ) {
    isMore = false;
    for (const id of ids()) {
      const records = rig.takeRecords(id);
      if (records.length === 0) continue;
      isMore = true;
      await instance.applyRecords(id, records);
    }
  }
}

export async function deliveredTogether(machine: AnyStateMachine, events: readonly string[]) {
  const rig = new OrchestratorRig([machine]);
  rig.start(machine.id, 'p');
  await deliverAll(rig);
  for (const [i, type] of events.entries()) await rig.send('p', `${i}`, type);
  await deliverAll(rig);
  return rig;
}

export const child = hearing('child');
