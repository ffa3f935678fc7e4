import { describe, expect, it } from 'vitest';
import { synthesized } from './synthesized.ts';

const { template, stack, millrace } = synthesized({ nudge: true });
const resources: Readonly<Record<string, unknown>> = template.toJSON().Resources;

/** The ids of the resources that CloudFormation updates before this one. */
function updatedBefore(id: string, found = new Set<string>()): ReadonlySet<string> {
  for (const [, named] of JSON.stringify(resources[id]).matchAll(/"(\w+)"/g)) {
    if (named === undefined || named === id || found.has(named) || resources[named] === undefined) continue;
    found.add(named);
    updatedBefore(named, found);
  }
  return found;
}

const idOf = ({ functionName }: { readonly functionName: string }): string => stack.resolve(functionName).Ref;

const dispatching = [millrace.orchestrator, millrace.wake, millrace.recovery].map(
  (each) => [idOf(each).replace(/Function.*/, ''), idOf(each)] as const,
);

describe('CloudFormation updates', () => {
  it.each(dispatching)('%s after the workers and the worker host, which it invokes', (_, id) => {
    const before = updatedBefore(id);
    const workers = [millrace.workerHost, millrace.worker('charge'), millrace.worker('ship')].map(idOf);
    expect(workers.filter((worker) => !before.has(worker))).toEqual([]);
  });

  it('the worker host after the function that receives a chain that failed', () => {
    expect([...updatedBefore(idOf(millrace.workerHost))]).toContain(idOf(millrace.failed));
  });
});
