import { useState } from 'preact/hooks';
import type { ActionAnswer } from '../../server/api.ts';
import { links, navigate } from '../location.ts';
import { JsonField, parsed, TextField } from '../parts/fields.tsx';
import { Problem } from '../parts/notices.tsx';
import { say } from '../parts/toasts.tsx';
import { remember, remembered } from '../remembered.ts';
import { post } from '../request.ts';
import { visible } from '../visible.ts';
import { useEffectText } from './useEffectText.ts';

/** Starts an execution. The input of the last one is remembered in this browser. */
export function StartForm({ machine, version }: { readonly machine: string; readonly version: string }) {
  const form = `input-${machine}`;
  const [input, setInput] = useState(() => remembered(form));
  const [executionId, setExecutionId] = useState('');
  const [error, setError] = useState<unknown>(undefined);
  const json = parsed(input);
  const action = json.isValid
    ? ({
        action: 'start',
        machine,
        ...(version !== '' && { version }),
        ...(executionId !== '' && { executionId }),
        ...(json.value !== undefined && { input: json.value }),
      } as const)
    : undefined;
  const effect = useEffectText('/start', action);
  const submit = async (event: Event) => {
    event.preventDefault();
    setError(undefined);
    try {
      const answer = await post<ActionAnswer>('/start', action);
      remember(form, input);
      say(answer.says);
      if (answer.executionId !== undefined) navigate(links.execution(answer.executionId));
    } catch (failed) {
      setError(failed);
    }
  };
  return (
    <form class="form" onSubmit={submit}>
      <TextField label="Id (empty: a new one)" value={executionId} onChange={setExecutionId} />
      <JsonField label="Input, as JSON" value={input} onChange={setInput} />
      <p class="effect" aria-live="polite">
        {visible(effect.text)}
      </p>
      {(error ?? effect.error) !== undefined && <Problem error={error ?? effect.error} />}
      <div class="buttons">
        <button type="submit" class="primary" disabled={!action}>
          Start
        </button>
      </div>
    </form>
  );
}
