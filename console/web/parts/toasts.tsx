import { useEffect, useState } from 'preact/hooks';
import { visible } from '../visible.ts';

const shownMs = 6000;
const listeners = new Set<(text: string) => void>();

/** Says shortly what was done. */
export function say(text: string): void {
  for (const listener of listeners) listener(text);
}

export function Toasts() {
  const [text, setText] = useState('');
  useEffect(() => {
    let timer = 0;
    const show = (said: string) => {
      window.clearTimeout(timer);
      setText(said);
      timer = window.setTimeout(() => setText(''), shownMs);
    };
    listeners.add(show);
    return () => {
      window.clearTimeout(timer);
      listeners.delete(show);
    };
  }, []);
  return (
    <div class={text === '' ? 'toast' : 'toast shown'} role="status">
      {visible(text)}
    </div>
  );
}
