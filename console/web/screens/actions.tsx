import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ExecutionDescription } from '../../../client/index.ts';
import type { Action, ActionAnswer, MachineChart } from '../../server/api.ts';
import { links, navigate } from '../location.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Problem } from '../parts/notices.tsx';
import { say } from '../parts/toasts.tsx';
import { executionPath, post } from '../request.ts';
import { eventsOf } from './events.ts';

export type ActionName = 'send' | 'task' | 'redrive' | 'stop' | 'suspend' | 'resume' | 'start';

export const actionNames: Readonly<Record<ActionName, string>> = {
  send: 'Send event',
  task: 'Give result',
  redrive: 'Redrive',
  stop: 'Stop',
  suspend: 'Suspend',
  resume: 'Resume',
  start: 'Start again',
};

/** The actions that an execution takes now. */
export function actionsFor({ status, tasks }: ExecutionDescription): readonly ActionName[] {
  const waits = tasks.some(({ token }) => token !== undefined);
  switch (status) {
    case 'RUNNING':
      return ['send', ...(waits ? (['task'] as const) : []), 'suspend', 'stop', 'start'];
    case 'SUSPENDED':
      return ['resume', 'send', 'stop', 'start'];
    case 'PENDING_REDRIVE':
      return ['redrive', 'stop', 'start'];
    case 'FAILED':
    case 'TIMED_OUT':
    case 'ABORTED':
      return ['redrive', 'start'];
    case 'SUCCEEDED':
      return ['start'];
  }
}

interface ActionProps {
  readonly name: ActionName;
  readonly description: ExecutionDescription;
  readonly chart: MachineChart | undefined;
  /** The input of its start. */
  readonly input: unknown;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** The fields of all forms; each form shows some. */
interface Fields {
  readonly type: string;
  readonly json: string;
  readonly token: string;
  readonly outcome: 'complete' | 'fail';
  readonly errorName: string;
  readonly errorMessage: string;
  readonly cause: string;
  readonly version: string;
  readonly executionId: string;
}

export function ActionDialog({ name, description, chart, input, onDone, onClose }: ActionProps) {
  const { executionId, machine, machineVersion } = description;
  const events = useMemo(() => (chart ? eventsOf(chart.model, description.state) : []), [chart, description]);
  const [fields, setFields] = useState<Fields>({
    type: events.find(({ isAccepted }) => isAccepted)?.type ?? events[0]?.type ?? '',
    json: name === 'start' && input !== undefined ? JSON.stringify(input, undefined, 2) : '',
    token: description.tasks.find(({ token }) => token !== undefined)?.token ?? '',
    outcome: 'complete',
    errorName: '',
    errorMessage: '',
    cause: '',
    version: name === 'start' ? (machineVersion ?? '') : '',
    executionId: '',
  });
  const [error, setError] = useState<unknown>(undefined);
  const [isSending, setSending] = useState(false);
  const set = (changes: Partial<Fields>) => setFields({ ...fields, ...changes });
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
      say(answer.says);
      onDone();
      if (answer.executionId !== undefined) navigate(links.execution(answer.executionId));
    } catch (failed) {
      setError(failed);
      setSending(false);
    }
  };
  return (
    <Dialog title={`${actionNames[name]}: ${name === 'start' ? machine : executionId}`} onClose={onClose}>
      <form class="form" onSubmit={submit}>
        {name === 'send' && <SendFields fields={fields} set={set} events={events} />}
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
        {!json.isValid && <p class="bad">This is not valid JSON: {json.problem}</p>}
        <p class="effect" aria-live="polite">
          {effect.text}
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

function actionFrom(name: ActionName, fields: Fields, json: unknown, machine: string): Action | undefined {
  const cause = fields.cause === '' ? {} : { cause: fields.cause };
  switch (name) {
    case 'send': {
      if (fields.type === '') return undefined;
      const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
      if (json !== undefined && !isObject) return undefined;
      return { action: 'send', type: fields.type, ...(isObject && { event: { ...json } }) };
    }
    case 'task':
      if (fields.outcome === 'complete')
        return { action: 'completeTask', token: fields.token, output: json ?? null };
      if (fields.errorName === '') return undefined;
      return {
        action: 'failTask',
        token: fields.token,
        name: fields.errorName,
        message: fields.errorMessage,
      };
    case 'redrive':
      return {
        action: 'redrive',
        ...cause,
        ...(fields.version !== '' && { version: fields.version }),
        ...(json !== undefined && { input: json }),
      };
    case 'stop':
    case 'suspend':
    case 'resume':
      return { action: name, ...cause };
    case 'start':
      return {
        action: 'start',
        machine,
        ...(fields.version !== '' && { version: fields.version }),
        ...(fields.executionId !== '' && { executionId: fields.executionId }),
        ...(json !== undefined && { input: json }),
      };
  }
}

/** The effect of an action, as the server describes it. */
export function useEffectText(
  path: string,
  action: Action | undefined,
): { readonly text: string; readonly error: unknown } {
  const [effect, setEffect] = useState<{ text: string; error: unknown }>({ text: '', error: undefined });
  const body = action && JSON.stringify(action);
  useEffect(() => {
    if (body === undefined) {
      setEffect({ text: '', error: undefined });
      return;
    }
    const timer = window.setTimeout(() => {
      post<ActionAnswer>(path, { ...JSON.parse(body), isDryRun: true }).then(
        ({ says }) => setEffect({ text: says, error: undefined }),
        (error: unknown) => setEffect({ text: '', error }),
      );
    }, 200);
    return () => window.clearTimeout(timer);
  }, [path, body]);
  return effect;
}

export type Parsed =
  | { readonly isValid: true; readonly value: unknown }
  | { readonly isValid: false; readonly problem: string };

/** An empty text has no value. */
export function parsed(text: string): Parsed {
  if (text.trim() === '') return { isValid: true, value: undefined };
  try {
    return { isValid: true, value: JSON.parse(text) };
  } catch (error) {
    return { isValid: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

interface FieldsProps {
  readonly fields: Fields;
  readonly set: (changes: Partial<Fields>) => void;
}

function SendFields({ fields, set, events }: FieldsProps & { readonly events: ReturnType<typeof eventsOf> }) {
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
              onClick={() => set({ type })}
            >
              {isAccepted && <span class="dot" aria-hidden="true" />}
              {type}
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
      />
    </>
  );
}

function TaskFields({
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

export function TextField({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <label class="field wide">
      <span>{label}</span>
      <input value={value} onInput={(event) => onChange(event.currentTarget.value)} />
    </label>
  );
}

export function JsonField({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <label class="field wide">
      <span>{label}</span>
      <textarea
        rows={5}
        spellcheck={false}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}
