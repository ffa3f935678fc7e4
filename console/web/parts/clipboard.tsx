import { useState } from 'preact/hooks';
import { Icon } from './icons.tsx';

/** A button that copies a text. */
export function Copy({ text, label }: { readonly text: string | (() => string); readonly label: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(typeof text === 'string' ? text : text());
    setCopied(true);
    window.setTimeout(() => setCopied(false), 1200);
  };
  return (
    <button type="button" class="plain icon-button" aria-label={label} title={label} onClick={copy}>
      <Icon name={isCopied ? 'check' : 'copy'} size={13} />
    </button>
  );
}
