/** A machine's definition as JSON: functions are shown as the names that they have. */
export function sourceJson(value: unknown): unknown {
  const ancestors: object[] = [];
  const shown = (each: unknown): unknown => {
    if (typeof each === 'function') return shownFunction(each);
    if (typeof each === 'bigint' || typeof each === 'symbol') return String(each);
    if (typeof each !== 'object' || each === null) return each;
    if (ancestors.includes(each)) return '(circular)';
    ancestors.push(each);
    const answer = Array.isArray(each)
      ? each.map(shown)
      : Object.fromEntries(Object.entries(each).map(([key, inner]) => [key, shown(inner)]));
    ancestors.pop();
    return answer;
  };
  return shown(value);
}

/** XState's own actions are functions with a type. */
function shownFunction(value: unknown): string {
  const { type, name } = Object(value);
  if (typeof type === 'string') return `ƒ ${type}`;
  return typeof name === 'string' && name !== '' ? `ƒ ${name}` : 'ƒ';
}
