import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { changeQuery, type Place } from '../location.ts';

export interface EntryChoice {
  /** The number of the entry that everything shows, from 1; 0: there are none. */
  readonly entry: number;
  /** It goes on with the history. */
  readonly isLatest: boolean;
  readonly choose: (entry: number) => void;
  readonly follow: () => void;
}

/** Browsers take few changes of the address a second. */
const addressAfterMs = 200;

/** The entry that is shown: the one in the address, else the last, also when there are more. */
export function useEntry(place: Place, total: number): EntryChoice {
  const given = Number(place.query.get('entry'));
  const inAddress = Number.isInteger(given) && given >= 1 ? given : undefined;
  const [chosen, setChosen] = useState(inAddress);
  useEffect(() => setChosen(inAddress), [inAddress]);
  const timer = useRef(0);
  const toAddress = useCallback((entry: number | undefined) => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(
      () => changeQuery({ entry: entry === undefined ? undefined : String(entry) }),
      addressAfterMs,
    );
  }, []);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const choose = useCallback(
    (entry: number) => {
      const next = Math.max(1, Math.min(total, entry));
      setChosen(next);
      toAddress(next);
    },
    [total, toAddress],
  );
  const follow = useCallback(() => {
    setChosen(undefined);
    toAddress(undefined);
  }, [toAddress]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const { target } = event;
      if (event.metaKey || event.ctrlKey || event.altKey || document.querySelector('dialog[open]')) return;
      if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return;
      if (target instanceof HTMLInputElement && target.type !== 'range') return;
      const at = chosen ?? total;
      if (event.key === '[') choose(at - 1);
      else if (event.key === ']') choose(at + 1);
      else if (event.key === '{') choose(1);
      else if (event.key === '}') follow();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [chosen, total, choose, follow]);
  return { entry: Math.min(chosen ?? total, total), isLatest: chosen === undefined, choose, follow };
}
