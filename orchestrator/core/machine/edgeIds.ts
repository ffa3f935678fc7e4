/**
 * The id of a transition of a machine: the id of its state, XState's event descriptor (empty for `always`), and its place
 * among the alternatives for that descriptor, from 0. It is the same in a history and in a chart.
 */
export function edgeIdOf(source: string, descriptor: string, place: number): string {
  return `${source}|${descriptor}|${place}`;
}

/** The id of the entry into a machine's initial state. */
export function initialEdgeIdOf(root: string): string {
  return edgeIdOf(root, 'xstate.init', 0);
}
