import type { AnyStateNode } from 'xstate';
import type { MachineProblem } from './machineProblem.ts';
import { invokeConfigs, lineageOf, pathOf } from './parts.ts';

/** XState keeps children by id: a second one with the id of a running one would leave the first an orphan. */
export function* sharedInvokeIds(nodes: readonly AnyStateNode[]): Generator<MachineProblem> {
  const owners = new Map<string, AnyStateNode[]>();
  for (const node of nodes) {
    for (const [index] of invokeConfigs(node).entries()) {
      const id = node.invoke[index]?.id ?? '';
      const others = owners.get(id) ?? [];
      const rival = others.find((other) => canBeActiveTogether(other, node));
      if (rival) {
        yield {
          path: [pathOf(node), `invoke[${index}].id`].filter(Boolean).join('.'),
          problem: `'${id}' is also invoked by #${rival.id}, which can be active at the same time`,
          instead: 'give each an id of its own',
        };
      }
      owners.set(id, [...others, node]);
    }
  }
}

function canBeActiveTogether(first: AnyStateNode, second: AnyStateNode): boolean {
  const lineage = lineageOf(first);
  const common = lineageOf(second).find((node) => lineage.includes(node));
  return common === first || common === second || common?.type === 'parallel';
}
