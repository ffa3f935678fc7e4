import { useMemo, useState } from 'preact/hooks';
import type { ExecutionDescription, HistoryEntry } from '../../../client/index.ts';
import type { ActionAnswer, MachineChart } from '../../server/api.ts';
import { links, navigate } from '../location.ts';
import { Dialog } from '../parts/dialog.tsx';
import { JsonField, parsed, TextField } from '../parts/fields.tsx';
import { Problem } from '../parts/notices.tsx';
import { say } from '../parts/toasts.tsx';
import { remember, remembered } from '../remembered.ts';
import { executionPath, post } from '../request.ts';
import { visible } from '../visible.ts';
import { SendFields, TaskFields } from './actionFields.tsx';
import {
  type ActionFields,
  type ActionName,
  actionFrom,
  actionNames,
  eventFields,
  inputOf,
} from './actionForms.ts';
import { eventsOf } from './events.ts';
import { useEffectText } from './useEffectText.ts';

interface ActionProps {
  readonly name: ActionName;
  readonly description: ExecutionDescription;
  readonly chart: MachineChart | undefined;
  /** Its history, as far as it is known: forms begin with what was sent before. */
  readonly entries: readonly HistoryEntry[];
  readonly onDone: () => void;
  readonly onClose: () => void;
}

function eventForm(machine: string, type: string): string {
  return `event-${JSON.stringify([machine, type])}`;
}

export function ActionDialog({ name, description, chart, entries, onDone, onClose }: ActionProps) {
  const { executionId, machine, machineVersion } = description;
  const events = useMemo(() => (chart ? eventsOf(chart.model, description.state) : []), [chart, description]);
  const sentBefore = (type: string) => remembered(eventForm(machine, type));
  const [fields, setFields] = useState<ActionFields>(() => ({
    ...eventFields(
      events.find(({ isAccepted }) => isAccepted)?.type ?? events[0]?.type ?? '',
      entries,
      sentBefore,
    ),
    ...(name !== 'send' && { json: name === 'start' ? inputOf(entries) : '' }),
    token: description.tasks.find(({ token }) => token !== undefined)?.token ?? '',
    outcome: 'complete',
    errorName: '',
    errorMessage: '',
    cause: '',
    version: name === 'start' ? (machineVersion ?? '') : '',
    executionId: '',
  }));
  const [error, setError] = useState<unknown>(undefined);
  const [isSending, setSending] = useState(false);
  const set = (changes: Partial<ActionFields>) => setFields({ ...fields, ...changes });
  const json = parsed(fields.json);
  const action = json.isValid ? actionFrom(name, fields, json.value, machine) : undefined;
  const path = name === 'start' ? '/start' : executionPath(executionId, '/actions');
  const effect = useEffectText(path, action);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!action) return;
    setSending(true);
    setError(undefined);
    try {
      const answer = await post<ActionAnswer>(path, action);
      if (name === 'send') remember(eventForm(machine, fields.type), fields.json);
      say(answer.says);
      onDone();
      if (answer.executionId !== undefined) navigate(links.execution(answer.executionId));
    } catch (failed) {
      setError(failed);
      setSending(false);
    }
  };
  return (
    <Dialog
      title={visible(`${actionNames[name]}: ${name === 'start' ? machine : executionId}`)}
      onClose={onClose}
    >
      <form class="form" onSubmit={submit}>
        {name === 'send' && (
          <SendFields fields={fields} set={set} events={events} entries={entries} sentBefore={sentBefore} />
        )}
        {name === 'task' && <TaskFields fields={fields} set={set} description={description} />}
        {name === 'redrive' && (
          <>
            <TextField
              label={`Version to go on with (now ${machineVersion ?? 'none'})`}
              value={fields.version}
              onChange={(version) => set({ version })}
            />
            <JsonField
              label="Patch of the input of what failed (JSON merge patch)"
              value={fields.json}
              onChange={(text) => set({ json: text })}
            />
          </>
        )}
        {name === 'start' && (
          <>
            <TextField
              label="Id (empty: a new one)"
              value={fields.executionId}
              onChange={(id) => set({ executionId: id })}
            />
            <TextField
              label="Version (empty: the newest)"
              value={fields.version}
              onChange={(version) => set({ version })}
            />
            <JsonField label="Input" value={fields.json} onChange={(text) => set({ json: text })} />
          </>
        )}
        {(name === 'redrive' || name === 'stop' || name === 'suspend' || name === 'resume') && (
          <TextField
            label="Cause, for the history"
            value={fields.cause}
            onChange={(cause) => set({ cause })}
          />
        )}
        <p class="effect" aria-live="polite">
          {visible(effect.text)}
        </p>
        {effect.error !== undefined && <Problem error={effect.error} />}
        {error !== undefined && <Problem error={error} />}
        <div class="buttons">
          <button
            type="submit"
            class={name === 'stop' ? 'primary danger' : 'primary'}
            disabled={!action || isSending}
          >
            {actionNames[name]}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
