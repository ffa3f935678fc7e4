import type { ExecutionDescription, HistoryEntry } from '../../../client/index.ts';
import { JsonField, TextField } from '../parts/fields.tsx';
import { visible } from '../visible.ts';
import { type ActionFields, eventFields, eventProblem } from './actionForms.ts';
import type { MachineEvent } from './events.ts';

interface FieldsProps {
  readonly fields: ActionFields;
  readonly set: (changes: Partial<ActionFields>) => void;
}

export function SendFields({
  fields,
  set,
  events,
  entries,
  sentBefore,
}: FieldsProps & {
  readonly events: readonly MachineEvent[];
  readonly entries: readonly HistoryEntry[];
  readonly sentBefore: (type: string) => string;
}) {
  return (
    <>
      {events.length > 0 && (
        <fieldset class="chips events">
          <legend>Events of the machine. It accepts the marked ones now.</legend>
          {events.map(({ type, isAccepted }) => (
            <button
              key={type}
              type="button"
              class={isAccepted ? 'chip-button accepted' : 'chip-button'}
              aria-pressed={fields.type === type}
              onClick={() => set(eventFields(type, entries, sentBefore))}
            >
              {isAccepted && <span class="dot" aria-hidden="true" />}
              {visible(type)}
              {isAccepted && <span class="hidden"> (accepted now)</span>}
            </button>
          ))}
        </fieldset>
      )}
      <TextField label="Type" value={fields.type} onChange={(type) => set({ type })} />
      <JsonField
        label="Fields, as a JSON object (may be empty)"
        value={fields.json}
        onChange={(json) => set({ json })}
        problemOf={eventProblem}
      />
    </>
  );
}

export function TaskFields({
  fields,
  set,
  description,
}: FieldsProps & { readonly description: ExecutionDescription }) {
  const waiting = description.tasks.filter(({ token }) => token !== undefined);
  return (
    <>
      <label class="field wide">
        <span>Task</span>
        <select value={fields.token} onChange={(event) => set({ token: event.currentTarget.value })}>
          {waiting.map(({ token, worker, attempt }) => (
            <option key={token} value={token}>
              {worker}, attempt {attempt}
            </option>
          ))}
        </select>
      </label>
      <fieldset class="segments">
        <legend class="hidden">Result</legend>
        <button
          type="button"
          aria-pressed={fields.outcome === 'complete'}
          onClick={() => set({ outcome: 'complete' })}
        >
          Complete it
        </button>
        <button
          type="button"
          aria-pressed={fields.outcome === 'fail'}
          onClick={() => set({ outcome: 'fail' })}
        >
          Fail it
        </button>
      </fieldset>
      {fields.outcome === 'complete' ? (
        <JsonField
          label="Output (JSON; empty: null)"
          value={fields.json}
          onChange={(json) => set({ json })}
        />
      ) : (
        <>
          <TextField
            label="Name of the error"
            value={fields.errorName}
            onChange={(errorName) => set({ errorName })}
          />
          <TextField
            label="Message"
            value={fields.errorMessage}
            onChange={(errorMessage) => set({ errorMessage })}
          />
        </>
      )}
    </>
  );
}
