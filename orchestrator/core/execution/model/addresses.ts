/**
 * An execution's id is also its address as an actor. A child machine is an execution of its own, `<parent>.<n>`, where n
 * is the number that it has among the parent's tasks and children, and which is never used again.
 */
export function childId(parent: string, number: number): string {
  return `${parent}.${number}`;
}

/** Absent for an execution that was not started by a machine: users' ids have no dot. */
export function parentOf(executionId: string): string | undefined {
  const dot = executionId.lastIndexOf('.');
  return dot < 0 ? undefined : executionId.slice(0, dot);
}

/** The number that a child has with this parent; undefined where it is not a child of it. */
export function childNumber(executionId: string, parent: string): number | undefined {
  return parentOf(executionId) === parent ? Number(executionId.slice(parent.length + 1)) : undefined;
}

/** The number of the child that an execution comes from, however deep; undefined where it comes from no child of this parent. */
export function descendantNumber(executionId: string, parent: string): number | undefined {
  if (!executionId.startsWith(`${parent}.`)) return undefined;
  return Number(executionId.slice(parent.length + 1).split('.')[0]);
}

/** The execution that an address is of: the machine of an item has `<execution>#<list>.<index>`. */
export function hostOf(address: string): string {
  const place = address.indexOf('#');
  return place < 0 ? address : address.slice(0, place);
}

/** Machines that start each other without end would otherwise go on until ids are too long for a key. */
export const deepestChild = 50;

/** 0 for an execution that a user has started. */
export function depthOf(executionId: string): number {
  return executionId.split('.').length - 1;
}
