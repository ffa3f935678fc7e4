import { Copy } from '../parts/clipboard.tsx';
import { JsonTree } from '../parts/jsonTree.tsx';
import { brief, visible } from '../visible.ts';
import { Stack } from './stack.tsx';

/** An error of an execution or of a task: its name, message and stack, and whatever else it has. */
export function ThrownError({ error }: { readonly error: unknown }) {
  const { name, code, message, stack, retryable, ...others } = fieldsOf(error);
  if (typeof name !== 'string') return <JsonTree value={error} label="error" hasTools={false} />;
  const told = typeof message === 'string' ? message : '';
  const trace = typeof stack === 'string' ? stack : '';
  return (
    <>
      <p class="error-title">
        <strong class="bad">{brief(visible(name))}</strong> {typeof code === 'string' && <code>{code}</code>}
        {retryable === false && <span class="quiet">not retryable</span>}
        <Copy label="Copy the error" text={() => [`${name}: ${told}`, trace].join('\n').trim()} />
      </p>
      {told !== '' && <p class="error-message">{visible(told)}</p>}
      {trace !== '' && <Stack text={withoutTitle(trace, name, told)} />}
      {Object.keys(others).length > 0 && <JsonTree value={others} label="error" hasTools={false} />}
    </>
  );
}

function fieldsOf(error: unknown): Readonly<Record<string, unknown>> {
  return typeof error === 'object' && error !== null && !Array.isArray(error) ? { ...error } : {};
}

/** A stack begins with the name and the message, which stand above it. */
function withoutTitle(stack: string, name: string, message: string): string {
  const title = message === '' ? name : `${name}: ${message}`;
  return stack.startsWith(`${title}\n`) ? stack.slice(title.length + 1) : stack;
}
