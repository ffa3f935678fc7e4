import { useEffect, useState } from 'preact/hooks';
import type { Action, ActionAnswer } from '../../server/api.ts';
import { post } from '../request.ts';

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
