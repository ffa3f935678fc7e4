/** Nested deeper than this, a value is taken for a mistake before the call stack ends. */
export const deepestNesting = 1000;

/** Told from the text: some megabytes of brackets take seconds to parse, and end the call stack of what reads them. */
export function isNestedDeeper(text: string, deepest: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case '\\':
        i += 1;
        break;
      case '"':
        inString = !inString;
        break;
      case '[':
      case '{':
        if (!inString) depth += 1;
        if (depth > deepest) return true;
        break;
      case ']':
      case '}':
        if (!inString) depth -= 1;
        break;
    }
  }
  return false;
}
