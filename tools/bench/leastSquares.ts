export interface Line {
  readonly slope: number;
  readonly intercept: number;
}

/** The line that the points lie nearest to. It takes two points or more, of different x. */
export function leastSquares(points: readonly { readonly x: number; readonly y: number }[]): Line {
  const mean = (value: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + value(point), 0) / points.length;
  const x = mean((point) => point.x);
  const y = mean((point) => point.y);
  const slope =
    mean((point) => (point.x - x) * (point.y - y)) / mean((point) => (point.x - x) * (point.x - x));
  return { slope, intercept: y - slope * x };
}
