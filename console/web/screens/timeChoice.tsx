import { ranges, type TimeRange } from './filter.ts';

type Changes = Readonly<Record<'within' | 'since' | 'until', string>>;

interface TimeChoiceProps {
  readonly time: TimeRange;
  /** With the parts of the address that change. */
  readonly onChange: (changes: Partial<Changes>) => void;
}

const day = 86_400_000;
const between = 'between';

/** A length of time up to now, or two times that the reader enters: the list has executions that entered their status between. */
export function TimeChoice({ time, onChange }: TimeChoiceProps) {
  const choose = (value: string) => {
    if (value !== between) onChange({ within: value, since: '', until: '' });
    else onChange({ within: '', since: new Date(Date.now() - day).toISOString(), until: '' });
  };
  const value = time.type === 'within' ? time.name : time.type === 'between' ? between : '';
  return (
    <>
      <label class="field">
        <span class="hidden">Time</span>
        <select value={value} onChange={(event) => choose(event.currentTarget.value)}>
          <option value="">Any time</option>
          {ranges.map(({ label, name }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
          <option value={between}>Between …</option>
        </select>
      </label>
      {time.type === 'between' && (
        <fieldset class="between">
          <legend class="hidden">Between</legend>
          <TimeField label="From" value={time.since} onChange={(since) => onChange({ since })} />
          <span class="quiet">to</span>
          <TimeField label="To" value={time.until} onChange={(until) => onChange({ until })} />
        </fieldset>
      )}
    </>
  );
}

interface TimeFieldProps {
  readonly label: string;
  readonly value: number | undefined;
  /** Called with a time as ISO 8601, or with an empty text. */
  readonly onChange: (iso: string) => void;
}

/** By the reader's clock. */
function TimeField({ label, value, onChange }: TimeFieldProps) {
  return (
    <input
      type="datetime-local"
      aria-label={label}
      value={value === undefined ? '' : localTime(value)}
      onChange={({ currentTarget: { value: text } }) => {
        const ms = new Date(text).getTime();
        onChange(Number.isNaN(ms) ? '' : new Date(ms).toISOString());
      }}
    />
  );
}

/** `2026-03-01T12:00` in the reader's time zone. */
export function localTime(ms: number): string {
  const offset = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offset).toISOString().slice(0, 16);
}
