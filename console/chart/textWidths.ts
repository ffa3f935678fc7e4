import type { Font } from './drawing.ts';

/**
 * Widths of characters in thousandths of the font size, for a sans-serif face. The drawing gives each text the width that it
 * has by this table, so that Node.js and every browser agree, whichever font they have.
 */
const groups: Readonly<Record<'regular' | 'bold', readonly (readonly [string, number])[]>> = {
  regular: [
    ["'|ijl.,:;!", 262],
    [' I/\\[]ft', 292],
    ['r()-`{}"*°·', 372],
    ['Jcksvxyz?^ƒ', 530],
    ['abdeghnopquL0123456789$#_+<>=~FTZ↻→…×≥≤', 606],
    ['ABEKPSVXYCDHNRU&', 724],
    ['GOQwM', 806],
    ['mW%@', 950],
  ],
  bold: [
    ["'|ijl.,:;!", 290],
    [' I/\\[]ft', 318],
    ['r()-`{}"*°·', 408],
    ['Jcksvxyz?^ƒ', 562],
    ['abdeghnopquL0123456789$#_+<>=~FTZ↻→…×≥≤', 636],
    ['ABEKPSVXYCDHNRU&', 742],
    ['GOQwM', 822],
    ['mW%@', 962],
  ],
};

const faces = {
  regular: new Map(
    groups.regular.flatMap(([characters, width]) => [...characters].map((each) => [each, width])),
  ),
  bold: new Map(groups.bold.flatMap(([characters, width]) => [...characters].map((each) => [each, width]))),
};

/** Fonts of the chart: the size in pixels, the weight, and the column of the table. */
export const fonts: Readonly<
  Record<Font, { readonly size: number; readonly weight: number; readonly face: 'regular' | 'bold' }>
> = {
  title: { size: 13, weight: 600, face: 'bold' },
  row: { size: 11, weight: 500, face: 'regular' },
  badge: { size: 10, weight: 700, face: 'bold' },
};

const combining = /\p{Mn}|\p{Me}|\p{Cf}/u;
/** Scripts whose characters take a square, and pictures. */
const square =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Extended_Pictographic}/u;

export function textWidth(text: string, font: Font): number {
  const { size, face } = fonts[font];
  const widths = faces[face];
  let sum = 0;
  for (const character of text) sum += widths.get(character) ?? widthOfOther(character);
  return Math.round((sum * size) / 100) / 10;
}

function widthOfOther(character: string): number {
  if (combining.test(character)) return 0;
  return square.test(character) ? 1050 : 640;
}

/** A text that is cut to fit, its width, and the whole where it was cut. */
export interface SizedText {
  readonly text: string;
  readonly width: number;
  readonly font: Font;
  readonly full?: string;
}

export function sizedText(text: string, font: Font, widest: number): SizedText {
  const line = text.replace(/\s+/g, ' ');
  const width = textWidth(line, font);
  if (width <= widest) return { text: line, width, font };
  const characters = [...line];
  let cut = '…';
  for (let kept = characters.length - 1; kept > 0; kept--) {
    cut = `${characters.slice(0, kept).join('').trimEnd()}…`;
    if (textWidth(cut, font) <= widest) break;
  }
  return { text: cut, width: textWidth(cut, font), font, full: text };
}
