import { type ChartColors, darkColors, lightColors } from './colors.ts';
import { fonts } from './textWidths.ts';

/** The style of a chart's SVG. It follows the reader's theme, within a page and as a picture. */
export function svgStyle(): string {
  const family = "Inter, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif";
  const font = (name: keyof typeof fonts) =>
    `font-size:${fonts[name].size}px;font-weight:${fonts[name].weight}`;
  return [
    `.chart{${variables(lightColors)}}`,
    `@media (prefers-color-scheme:dark){.chart{${variables(darkColors)}}}`,
    `.chart text{font-family:${family};stroke-linejoin:round}`,
    `.chart .title{${font('title')};fill:var(--text)}.chart .row{${font('row')};fill:var(--quietText)}`,
    `.chart .badge text{${font('badge')};fill:var(--badgeText)}`,
    '.chart .page{fill:var(--page)}',
    '.chart .box{fill:var(--state);stroke:var(--border);stroke-width:1.25}',
    '.chart .group .box{fill:var(--group);stroke:var(--groupBorder)}',
    '.chart .region .box{fill:none;stroke-dasharray:5 4}',
    '.chart .inner,.chart .rule{fill:none;stroke:var(--groupBorder)}',
    '.chart .dot{fill:var(--edge)}',
    '.chart .halo{paint-order:stroke;stroke:var(--group);stroke-width:4px}',
    '.chart .icon{fill:none;stroke:var(--quietText);stroke-width:1.3;stroke-linecap:round;stroke-linejoin:round}',
    '.chart .line{fill:none;stroke:var(--edge);stroke-width:1.4}.chart .head{fill:var(--edge)}',
    tone('error', 'error', '6 3'),
    tone('after', 'after', '2 3'),
    tone('always', 'always'),
    '.chart .label rect{fill:var(--group)}.chart .label text{fill:var(--event)}',
    ...['done', 'error', 'after', 'always'].map(
      (name) =>
        `.chart .label .${name} text{fill:var(--${name})}.chart .label .${name} .icon{stroke:var(--${name})}`,
    ),
    state('visited', 1.5),
    state('active', 2.5),
    state('failed', 2.5),
    '.chart .taken .line{stroke:var(--visited);stroke-width:2.6;stroke-dasharray:none}',
    '.chart .taken .head{fill:var(--visited)}',
    '.chart .last .line{stroke:var(--active)}.chart .last .head{fill:var(--active)}',
    '.chart.path .edge:not(.taken){opacity:.5}',
    '.chart .badge.visited rect{fill:var(--visited)}.chart .badge.active rect{fill:var(--active)}',
    '.chart .badge.failed rect{fill:var(--failed)}',
  ].join('\n');
}

function variables(colors: ChartColors): string {
  return Object.entries(colors)
    .map(([name, color]) => `--${name}:${color}`)
    .join(';');
}

function tone(name: string, color: string, dashes?: string): string {
  const dash = dashes === undefined ? '' : `;stroke-dasharray:${dashes}`;
  return `.chart .${name}>.line{stroke:var(--${color})${dash}}.chart .${name}>.head{fill:var(--${color})}`;
}

/** Groups keep their background: only their border says it. */
function state(name: 'visited' | 'active' | 'failed', width: number): string {
  return (
    `.chart .node.${name} .box{stroke:var(--${name});stroke-width:${width};fill:var(--${name}State)}` +
    `.chart .node.group.${name} .box{fill:var(--group);stroke-width:${Math.min(2, width)}}` +
    `.chart .node.region.${name} .box{fill:none}`
  );
}
