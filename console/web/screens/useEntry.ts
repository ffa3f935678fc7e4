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
  /** The choice as of the last key, which may not be drawn yet. */
  const latest = useRef(inAddress);
  const written = useRef(inAddress);
  const timer = useRef(0);
  useEffect(() => {
    // An address that was written here may be older than the choice.
    if (inAddress === written.current) return;
    window.clearTimeout(timer.current);
    written.current = inAddress;
    latest.current = inAddress;
    setChosen(inAddress);
  }, [inAddress]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const set = useCallback((entry: number | undefined) => {
    latest.current = entry;
    setChosen(entry);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      written.current = entry;
      changeQuery({ entry: entry === undefined ? undefined : String(entry) });
    }, addressAfterMs);
  }, []);
  const choose = useCallback((entry: number) => set(Math.max(1, Math.min(total, entry))), [total, set]);
  const follow = useCallback(() => set(undefined), [set]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const { target } = event;
      if (event.metaKey || event.ctrlKey || event.altKey || document.querySelector('dialog[open]')) return;
      if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return;
      if (target instanceof HTMLInputElement && target.type !== 'range') return;
      const at = Math.min(latest.current ?? total, total);
      if (event.key === '[') choose(at - 1);
      else if (event.key === ']') choose(at + 1);
      else if (event.key === '{') choose(1);
      else if (event.key === '}') follow();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [total, choose, follow]);
  return { entry: Math.min(chosen ?? total, total), isLatest: chosen === undefined, choose, follow };
}
