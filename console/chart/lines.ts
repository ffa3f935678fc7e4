import type { Point } from './drawing.ts';

/** The path of an edge, with round corners. */
export function edgePath(points: readonly Point[], radius = 7): string {
  const [first, ...rest] = points;
  if (!first) return '';
  const parts = [`M${pair(first)}`];
  let before = first;
  for (const [place, corner] of rest.entries()) {
    const next = rest[place + 1];
    if (!next) {
      parts.push(`L${pair(corner)}`);
      break;
    }
    const cut = Math.min(radius, distance(before, corner) / 2, distance(corner, next) / 2);
    if (cut < 0.5) parts.push(`L${pair(corner)}`);
    else {
      parts.push(
        `L${pair(toward(corner, before, cut))}`,
        `Q${pair(corner)} ${pair(toward(corner, next, cut))}`,
      );
    }
    before = corner;
  }
  return parts.join('');
}

/** The head of its arrow, as a filled triangle. */
export function arrowHead(points: readonly Point[], length = 8, half = 4): string {
  const tip = points.at(-1);
  const before = points.at(-2);
  if (!tip || !before) return '';
  const base = toward(tip, before, length);
  const whole = distance(tip, before) || 1;
  const across = { x: (half * (before.y - tip.y)) / whole, y: (half * (tip.x - before.x)) / whole };
  const one = { x: base.x + across.x, y: base.y + across.y };
  const other = { x: base.x - across.x, y: base.y - across.y };
  return `M${pair(tip)}L${pair(one)}L${pair(other)}Z`;
}

function toward(from: Point, to: Point, length: number): Point {
  const whole = distance(from, to) || 1;
  return { x: from.x + ((to.x - from.x) * length) / whole, y: from.y + ((to.y - from.y) * length) / whole };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function pair({ x, y }: Point): string {
  return `${number(x)} ${number(y)}`;
}

function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}
