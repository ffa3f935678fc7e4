import { bestLayoutOf, type Deadlines, layOutChart } from './layout.ts';
import { LayoutWorker } from './layoutWorker.ts';
import type { ChartModel } from './model.ts';
import { svgOf } from './svg.ts';

/** A picture that is kept may take its time, and must not depend on how busy the computer is. */
const patient: Deadlines = { straight: 20_000, plain: 40_000, unlabelled: 60_000 };

/** The chart of a machine as an SVG document. */
export async function svgOfChart(chart: ChartModel): Promise<string> {
  const worker = new LayoutWorker();
  try {
    // A picture has no card that shows the words of a line.
    const isDense = bestLayoutOf(chart) === 'unlabelled';
    const drawing = await layOutChart(chart, {
      worker,
      deadlinesMs: patient,
      ...(isDense && { from: 'plain' }),
    });
    return svgOf(drawing, { title: `${chart.machine}, version ${chart.version}` });
  } finally {
    await worker.close();
  }
}
