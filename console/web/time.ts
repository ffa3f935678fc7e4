/** A length of time, in the two largest units that say something. */
export function duration(ms: number): string {
  const abs = Math.abs(ms);
  if (abs < 1000) return `${Math.round(ms)} ms`;
  if (abs < 60_000) return `${trimmed(ms / 1000)} s`;
  if (abs < 3_600_000) return pair(ms, 60_000, 'min', 1000, 's');
  if (abs < 86_400_000) return pair(ms, 3_600_000, 'h', 60_000, 'min');
  return pair(ms, 86_400_000, 'd', 3_600_000, 'h');
}

const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
] as const;

/** The same in its largest unit alone, for narrow places. */
export function shortDuration(ms: number): string {
  const unit = units.find(([length]) => Math.abs(ms) >= length);
  return unit ? `${trimmed(ms / unit[0])} ${unit[1]}` : duration(ms);
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(value < 10 ? 1 : 0)));
}

function pair(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const whole = Math.floor(ms / large);
  const rest = Math.floor((ms - whole * large) / small);
  return rest === 0 ? `${whole} ${largeName}` : `${whole} ${largeName} ${rest} ${smallName}`;
}

const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const yearFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** A point in time by the reader's clock, short: the date only where it is not today's. */
export function moment(iso: string, nowMs: number): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '—';
  const now = new Date(nowMs);
  const time = clock(date);
  if (date.toDateString() === now.toDateString()) return time;
  const format = date.getFullYear() === now.getFullYear() ? dayFormat : yearFormat;
  return `${format.format(date)} ${time}`;
}

function clock(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((n) => String(n).padStart(2, '0'))
    .join(':');
}

/** With milliseconds: entries of a history are close together. */
export function preciseTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '—';
  return `${clock(date)}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** `in 4 min`, `2 h ago` */
export function fromNow(iso: string, nowMs: number): string {
  const ms = Date.parse(iso) - nowMs;
  if (Number.isNaN(ms)) return '—';
  if (Math.abs(ms) < 1000) return 'now';
  return ms > 0 ? `in ${duration(ms)}` : `${duration(-ms)} ago`;
}

const numbers = new Intl.NumberFormat('en-US');

export function number(value: number): string {
  return numbers.format(value);
}

export function counted(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

export function usd(value: number): string {
  const digits = value !== 0 && Math.abs(value) < 1 ? 4 : 2;
  return `$${value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: digits })}`;
}
