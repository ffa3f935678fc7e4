import { contentsOf } from './contents.ts';
import type { Drawing, LayoutQuality } from './drawing.ts';
import { elkGraphOf, type GraphOptions, type RegionRows } from './elkGraph.ts';
import { withoutJogs } from './jogs.ts';
import { keyOfLayout, type LayoutCache } from './layoutCache.ts';
import type { LayoutWorker } from './layoutWorker.ts';
import type { ChartModel } from './model.ts';
import { outlineOf } from './outline.ts';
import type { Contents } from './parts.ts';
import { placed } from './placed.ts';
import { rowsWhereTooWide } from './regions.ts';
import { withClearTitles } from './titles.ts';

export interface LayoutOptions {
  readonly worker: LayoutWorker;
  /** @default none */
  readonly cache?: LayoutCache;
  /** Milliseconds from the begin, after which each way of layout gives way to the next. @default 1500, 4500, 6000 */
  readonly deadlinesMs?: Deadlines;
  /** The first way to try. @default straight, for charts of up to 300 parts; unlabelled, for dense ones; else plain */
  readonly from?: keyof Deadlines;
  /** @default performance.now */
  readonly now?: () => number;
}

export type Deadlines = Readonly<Record<Exclude<LayoutQuality, 'outline'>, number>>;

const defaultDeadlines: Deadlines = { straight: 1500, plain: 4500, unlabelled: 6000 };

type Way = Omit<GraphOptions, 'regionRows'> & { readonly layout: keyof Deadlines };

/** The best first. */
const ways: readonly Way[] = [
  { layout: 'straight', placement: 'NETWORK_SIMPLEX', hasLabels: true, isQuick: false },
  { layout: 'plain', placement: 'BRANDES_KOEPF', hasLabels: true, isQuick: false },
  { layout: 'unlabelled', placement: 'BRANDES_KOEPF', hasLabels: false, isQuick: true },
];

/** Lays out a chart as well as its deadlines allow: for a dense one, that may be an outline. */
export async function layOutChart(model: ChartModel, options: LayoutOptions): Promise<Drawing> {
  const { worker, cache, deadlinesMs = defaultDeadlines, now = () => performance.now() } = options;
  const contents = contentsOf(model);
  const { from = firstWayFor(contents) } = options;
  const key = keyOfLayout(contents, from);
  const known = await cache?.read(key);
  if (known) return known;
  const begun = now();
  const drawing = await firstOf(contents, from, (way) => ({
    worker,
    left: () => Math.max(1, Math.round(deadlinesMs[way.layout] - (now() - begun))),
  }));
  // A computer that is less busy makes a better one.
  if (drawing.layout === from) await cache?.write(key, drawing);
  return drawing;
}

/** The way in which a chart is laid out where there is time enough. */
export function bestLayoutOf(model: ChartModel): LayoutQuality {
  return firstWayFor(contentsOf(model));
}

interface Run {
  readonly worker: LayoutWorker;
  /** Milliseconds until the deadline. */
  readonly left: () => number;
}

/** Blocks and links together. Beyond that, the first way would only use up its time. */
const mostForStraight = 300;

/** Lines, and lines for each state, beyond which labels alone make a drawing several pages wide. */
const denseLinks = 100;
const denseLinksABlock = 1.7;

function firstWayFor({ blocks, links }: Contents): keyof Deadlines {
  const drawn = links.filter(({ tone }) => tone !== 'initial').length;
  if (drawn > denseLinks && drawn > denseLinksABlock * blocks.length) return 'unlabelled';
  return blocks.length + links.length > mostForStraight ? 'plain' : 'straight';
}

async function firstOf(
  contents: Contents,
  from: keyof Deadlines,
  runOf: (way: Way) => Run,
): Promise<Drawing> {
  for (const way of ways.slice(ways.findIndex(({ layout }) => layout === from))) {
    const drawing = await layOut(contents, way, runOf(way));
    if (drawing) return drawing;
  }
  return outlineOf(contents);
}

/** Where it is too wide, a second time: with the regions of parallel states in rows. */
async function layOut(contents: Contents, way: Way, run: Run): Promise<Drawing | undefined> {
  const once = async (regionRows: RegionRows) => {
    const { layout, ...options } = way;
    const graph = elkGraphOf(contents, { ...options, regionRows });
    const outcome = await run.worker.layOut(graph.graph, run.left());
    if (outcome.type !== 'laidOut') return undefined;
    return withClearTitles(withoutJogs(placed(contents, graph, outcome.graph, { layout, regionRows })));
  };
  const drawing = await once(new Map());
  const rows = drawing ? rowsWhereTooWide(drawing) : new Map();
  return rows.size === 0 ? drawing : once(rows);
}
