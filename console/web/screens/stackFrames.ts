/** A line of a stack. */
export type StackLine =
  /** The error's own words, or anything else that is not a frame. */
  | { readonly type: 'text'; readonly text: string }
  /** A place in the reader's own code. */
  | { readonly type: 'own'; readonly call: string; readonly place: Place }
  /** Frames of packages, of compiled code and of Node.js, one after the other. */
  | { readonly type: 'foreign'; readonly lines: readonly string[] };

export interface Place {
  readonly file: string;
  /** `line:column`, or the line alone. */
  readonly position: string;
}

const frame = /^\s*at (?:async )?(?:(.*?) \()?(?:file:\/\/)?([^()]+?):(\d+(?::\d+)?)\)?$/;
const typeScript = /\.[cm]?tsx?$/;
const foreign = /(?:^|[\\/])node_modules[\\/]|^node:|^internal[\\/]/;

/**
 * The lines of a stack, with the reader's own code apart: TypeScript outside of packages, by source maps. Where a stack has
 * none, every file outside of packages counts.
 */
export function stackLines(stack: string): readonly StackLine[] {
  const lines = stack.split('\n').filter((line) => line.trim() !== '');
  const places = lines.map(placeOf);
  const isAnyTypeScript = places.some(
    (found) => found && isOwn(found.place) && typeScript.test(found.place.file),
  );
  const result: StackLine[] = [];
  for (const [i, line] of lines.entries()) {
    const found = places[i];
    if (!/^\s*at /.test(line)) result.push({ type: 'text', text: line });
    else if (found && isOwn(found.place) && (!isAnyTypeScript || typeScript.test(found.place.file))) {
      result.push({ type: 'own', ...found });
    } else {
      const last = result.at(-1);
      if (last?.type === 'foreign')
        result[result.length - 1] = { ...last, lines: [...last.lines, line.trim()] };
      else result.push({ type: 'foreign', lines: [line.trim()] });
    }
  }
  return result;
}

function placeOf(line: string): { readonly call: string; readonly place: Place } | undefined {
  const [, call = '', file = '', position = ''] = frame.exec(line) ?? [];
  return file === '' ? undefined : { call, place: { file, position } };
}

function isOwn({ file }: Place): boolean {
  return !foreign.test(file) && file !== '<anonymous>';
}

const partsShown = 3;

/** The end of a path: the reader knows where the project is. */
export function shortFile(file: string): { readonly folder: string; readonly name: string } {
  const parts = file.split(/[\\/]/);
  const name = parts.at(-1) ?? file;
  const folders = parts.slice(0, -1);
  const shown = folders.slice(-(partsShown - 1));
  const isCut = shown.length < folders.length;
  const folder = shown.map((part) => `${part}/`).join('');
  return { folder: isCut ? `…/${folder}` : folder, name };
}
