import type { DrawnNode } from '../../chart/drawing.ts';
import { fromNow } from '../time.ts';
import type { Marks } from './marks.ts';

interface BadgesProps {
  readonly node: DrawnNode;
  readonly marks: Marks | undefined;
  readonly count: number | undefined;
  readonly nowMs: number | undefined;
}

interface Badge {
  readonly text: string;
  readonly kind: 'failed' | 'wait' | 'active' | 'visited';
  readonly class?: string;
}

const gap = 2;
/** The way into a state is at the middle of its upper border: badges leave it free. */
const clearOfMiddle = 8;

/** On the upper right corner of a state: its failure, countdown, attempt, visits, and executions in it now. */
export function Badges(props: BadgesProps) {
  const { node } = props;
  const { box } = node;
  if (node.kind === 'initial' || node.parent === undefined) return null;
  const badges = badgesOf(props).map((badge) => ({
    ...badge,
    width: Math.max(16, badge.text.length * 6.2 + 8),
  }));
  const total = badges.reduce((sum, { width }) => sum + width + gap, -gap);
  let right = Math.max(box.x + box.width + 8, box.x + box.width / 2 + clearOfMiddle + total);
  return (
    <>
      {badges.map(({ text, kind, class: name = '', width }) => {
        right -= width + gap;
        return (
          <g
            key={kind + name}
            class={`badge ${kind} ${name}`}
            transform={`translate(${right + gap} ${box.y - 8})`}
          >
            <rect width={width} height={16} rx={8} />
            <text x={width / 2} y={11.5} text-anchor="middle">
              {text}
            </text>
          </g>
        );
      })}
    </>
  );
}

function badgesOf({ node, marks, count, nowMs }: BadgesProps): readonly Badge[] {
  const visits = marks?.path.visits[node.id] ?? 0;
  const attempt = marks?.path.attempts[node.id] ?? 0;
  const isFailed = marks?.path.failed === node.id;
  const isActive = marks?.active.has(node.id) === true;
  const due = nowMs === undefined ? undefined : dueAt(node, marks);
  return [
    ...(isFailed ? [{ text: '✕', kind: 'failed' } as const] : []),
    ...(due !== undefined && nowMs !== undefined
      ? [{ text: fromNow(due, nowMs), kind: 'wait', class: 'countdown' } as const]
      : []),
    ...(attempt > 1 ? [{ text: `attempt ${attempt}`, kind: isFailed ? 'failed' : 'wait' } as const] : []),
    ...(visits > 1 ? [{ text: `×${visits}`, kind: isActive ? 'active' : 'visited' } as const] : []),
    ...(count !== undefined && count > 0 ? [{ text: String(count), kind: 'active' } as const] : []),
  ];
}

/** When the first timer or retry of a state is due. */
function dueAt({ id }: DrawnNode, marks: Marks | undefined): string | undefined {
  const times = (marks?.path.waiting ?? []).flatMap((wait) => {
    if (wait.node !== id) return [];
    if (wait.type === 'timer') return [wait.dueAt];
    return wait.type === 'retry' ? [wait.at] : [];
  });
  return times.sort()[0];
}
