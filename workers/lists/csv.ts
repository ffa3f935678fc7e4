/** The fields of a row; undefined while a quoted field is open at the end of the text. */
export function parseCsvRow(text: string): string[] | undefined {
  const fields: string[] = [];
  for (let at = 0; ; ) {
    if (text[at] === '"') {
      const field = quotedField(text, at + 1);
      if (!field) return undefined;
      fields.push(field.value);
      at = field.end;
    } else {
      const comma = text.indexOf(',', at);
      const end = comma < 0 ? text.length : comma;
      fields.push(text.slice(at, end));
      at = end;
    }
    if (text[at] !== ',') return fields;
    at++;
  }
}

/** Reads from after the opening quote. Text between the closing quote and the comma is taken as it is. */
function quotedField(
  text: string,
  from: number,
): { readonly value: string; readonly end: number } | undefined {
  let value = '';
  for (let at = from; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return undefined;
    value += text.slice(at, quote);
    if (text[quote + 1] === '"') {
      value += '"';
      at = quote + 2;
      continue;
    }
    const comma = text.indexOf(',', quote + 1);
    const end = comma < 0 ? text.length : comma;
    return { value: value + text.slice(quote + 1, end), end };
  }
}
