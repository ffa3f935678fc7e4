/** Controls, marks of direction, separators and spaces without a width. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Line breaks and tabs are for the place that shows the text; joiners belong to letters and emoji. */
const kept = new Set(['\t', '\n', '\u{200c}', '\u{200d}']);

/**
 * A text of an item as the page shows it. Characters that would turn the text around them, or would not be seen, are written
 * out: an id cannot pass for another.
 */
export function visible(text: string): string {
  return text.replaceAll(unseen, (character) => {
    if (kept.has(character)) return character;
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}

const briefly = 300;

/** The beginning of a text that may be long. */
export function brief(text: string): string {
  return text.length <= briefly ? text : `${text.slice(0, briefly)}…`;
}

/** The beginning of a value as JSON; empty where there is none. */
export function briefJson(value: unknown): string {
  return value === undefined ? '' : brief(visible(JSON.stringify(value) ?? ''));
}
