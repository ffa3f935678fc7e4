import { useEffect, useState } from 'preact/hooks';

/** Where the reader is: the address has everything that a link must lead back to. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const listeners = new Set<() => void>();

function placeNow(): Place {
  return { path: window.location.pathname, query: new URLSearchParams(window.location.search) };
}

export function navigate(href: string, { replaces = false }: { readonly replaces?: boolean } = {}): void {
  if (href === `${window.location.pathname}${window.location.search}`) return;
  if (replaces) window.history.replaceState(null, '', href);
  else window.history.pushState(null, '', href);
  for (const listener of listeners) listener();
}

export function usePlace(): Place {
  const [place, setPlace] = useState(placeNow);
  useEffect(() => {
    const update = () => setPlace(placeNow());
    listeners.add(update);
    window.addEventListener('popstate', update);
    return () => {
      listeners.delete(update);
      window.removeEventListener('popstate', update);
    };
  }, []);
  return place;
}

/** Follows links inside of the page without loading it again. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest('a[href^="/"]') : null;
  if (!(link instanceof HTMLAnchorElement) || link.target !== '' || link.hasAttribute('download')) return;
  event.preventDefault();
  navigate(link.getAttribute('href') ?? '/');
  window.scrollTo(0, 0);
}

/** Changes parts of the query; an empty value removes its part. */
export function changedQuery(
  { path, query }: Place,
  changes: Readonly<Record<string, string | readonly string[] | undefined>>,
): string {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    for (const each of typeof value === 'string' ? [value] : (value ?? [])) {
      if (each !== '') next.append(name, each);
    }
  }
  const text = next.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Changes parts of the query of the address as it is now. The reader's way back does not lead through it. */
export function changeQuery(changes: Readonly<Record<string, string | undefined>>): void {
  navigate(changedQuery(placeNow(), changes), { replaces: true });
}

export const links = {
  executions: (query: Readonly<Record<string, string>> = {}) => {
    const text = new URLSearchParams(query).toString();
    return text === '' ? '/' : `/?${text}`;
  },
  execution: (id: string, entry?: number) =>
    `/executions/${encodeURIComponent(id)}${entry === undefined ? '' : `?entry=${entry}`}`,
  machines: () => '/machines',
  machine: (id: string, version?: string) =>
    `/machines/${encodeURIComponent(id)}${version === undefined ? '' : `?version=${encodeURIComponent(version)}`}`,
  pending: () => '/pending',
  cost: () => '/cost',
} as const;
