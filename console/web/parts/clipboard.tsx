import { useState } from 'preact/hooks';
import { Icon } from './icons.tsx';
import { say } from './toasts.tsx';

/** A button that copies a text. */
export function Copy({ text, label }: { readonly text: string | (() => string); readonly label: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === 'string' ? text : text());
    } catch {
      say('The browser did not allow it to copy. Select the text instead.');
      return;
    }
    setCopied(true);
    window.setTimeout(() => setCopied(false), 1200);
  };
  return (
    <button type="button" class="plain icon-button" aria-label={label} title={label} onClick={copy}>
      <span class="hidden" role="status">
        {isCopied ? 'Copied' : ''}
      </span>
      <Icon name={isCopied ? 'check' : 'copy'} size={13} />
    </button>
  );
}
