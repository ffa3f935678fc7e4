import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { chartOf } from '../../../console/chart/chartOf.ts';
import { type ChartColors, darkColors, lightColors } from '../../../console/chart/colors.ts';
import { contentsOf } from '../../../console/chart/contents.ts';
import { arrowHead, edgePath } from '../../../console/chart/lines.ts';
import { outlineOf } from '../../../console/chart/outline.ts';
import { svgOf } from '../../../console/chart/svg.ts';
import { sizedText, textWidth } from '../../../console/chart/textWidths.ts';

function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

describe.each([
  ['light', lightColors],
  ['dark', darkColors],
] as const)('the colours of the %s theme', (_, colors: ChartColors) => {
  it('have a contrast of 4.5 between each text and each of its backgrounds', () => {
    const onStates = ['text', 'quietText'] as const;
    const onGroups = ['text', 'quietText', 'event', 'done', 'error', 'after', 'always'] as const;
    const states = ['state', 'activeState', 'visitedState', 'failedState'] as const;
    const pairs = [
      ...onStates.flatMap((text) => states.map((back) => [text, back] as const)),
      ...onGroups.flatMap((text) => (['group', 'page'] as const).map((back) => [text, back] as const)),
      ...(['visited', 'active', 'failed'] as const).map((back) => ['badgeText', back] as const),
    ];
    for (const [text, back] of pairs) {
      expect(contrast(colors[text], colors[back]), `${text} on ${back}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('have a contrast of 3 between borders and lines and what they are on', () => {
    for (const [line, back] of [
      ['border', 'group'],
      ['border', 'state'],
      ['edge', 'group'],
      ['active', 'group'],
      ['visited', 'group'],
      ['failed', 'group'],
    ] as const) {
      expect(contrast(colors[line], colors[back]), `${line} on ${back}`).toBeGreaterThanOrEqual(3);
    }
  });
});

describe('an SVG', () => {
  const hostile = '"><script>alert(1)</script>\u0000 & \ud800';
  const machine = createMachine({
    id: 'm',
    initial: 'a',
    states: { a: { description: hostile, on: { [hostile]: 'b' } }, b: { id: hostile } },
  });

  it('shows names as text, whatever is in them', () => {
    const svg = svgOf(outlineOf(contentsOf(chartOf(machine, hostile))), { title: hostile });
    expect(svg).not.toContain('<script');
    expect(svg).not.toMatch(/\p{Cs}/u);
    expect(svg).toContain('&lt;script&gt;');
    expect(svg.match(/<text[^>]*>/g)?.every((tag) => /textLength="[\d.]+"/.test(tag))).toBe(true);
  });

  it('marks the path of an execution', () => {
    const chart = chartOf(machine);
    const path = {
      at: 2,
      active: ['m', hostile],
      visits: { m: 1, 'm.a': 3, [hostile]: 1 },
      taken: {},
      last: [],
      entered: [],
      waiting: [],
      attempts: {},
    };
    const svg = svgOf(outlineOf(contentsOf(chart)), { title: 'm', path });
    expect(svg).toMatch(/class="node atomic visited" data-node="m.a"/);
    expect(svg).toMatch(/class="node atomic active"/);
    expect(svg).toContain('>×3</text>');
  });
});

describe('texts', () => {
  it('are cut to fit, and keep their whole', () => {
    const cut = sizedText('averyveryverylongname', 'row', 60);
    expect(cut.text.endsWith('…')).toBe(true);
    expect(cut.width).toBeLessThanOrEqual(60);
    expect(cut.full).toBe('averyveryverylongname');
    expect(sizedText('short', 'row', 60)).not.toHaveProperty('full');
  });

  it('of other scripts have a width, and marks that combine have none', () => {
    expect(textWidth('日本', 'row')).toBeCloseTo(23.1);
    expect(textWidth('e\u0301', 'row')).toBe(textWidth('e', 'row'));
  });
});

describe('lines', () => {
  it('have round corners, and a head at their end', () => {
    const points = [
      { x: 0, y: 0 },
      { x: 0, y: 20 },
      { x: 30, y: 20 },
    ];
    expect(edgePath(points)).toBe('M0 0L0 13Q0 20 7 20L30 20');
    expect(arrowHead(points)).toBe('M30 20L22 24L22 16Z');
    expect([edgePath([]), arrowHead([{ x: 1, y: 1 }])]).toEqual(['', '']);
  });
});
