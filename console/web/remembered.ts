/** The text that a form was sent with last, in this browser; empty where there is none. */
export function remembered(form: string): string {
  return window.localStorage.getItem(keyOf(form)) ?? '';
}

/** A browser that has no room for it, or keeps nothing, begins with an empty form the next time. */
export function remember(form: string, text: string): void {
  try {
    window.localStorage.setItem(keyOf(form), text);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

function keyOf(form: string): string {
  return `millrace-${form}`;
}
