import { useQuery } from '@tanstack/preact-query';
import { useEffect, useState } from 'preact/hooks';
import type { ConsoleInfo } from '../server/api.ts';
import { followLinks, links, navigate, type Place, usePlace } from './location.ts';
import { Help } from './parts/help.tsx';
import { Icon, type IconName } from './parts/icons.tsx';
import { Empty, Problem } from './parts/notices.tsx';
import { Toasts } from './parts/toasts.tsx';
import { get } from './request.ts';
import { Cost } from './screens/cost.tsx';
import { Execution } from './screens/execution.tsx';
import { Executions } from './screens/executions.tsx';
import { Machine } from './screens/machine.tsx';
import { Machines } from './screens/machines.tsx';
import { Pending } from './screens/pending.tsx';
import { applyTheme, storedTheme, type Theme, themes } from './theme.ts';

export function App() {
  const place = usePlace();
  const info = useQuery({ queryKey: ['info'], queryFn: () => get<ConsoleInfo>('/info'), staleTime: 30_000 });
  const [isHelpOpen, setHelpOpen] = useState(false);
  useShortcuts(setHelpOpen);
  useEffect(() => {
    document.addEventListener('click', followLinks);
    return () => document.removeEventListener('click', followLinks);
  }, []);
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Header place={place} info={info.data} onHelp={() => setHelpOpen(true)} />
      <main id="main">
        {info.error ? <Problem error={info.error} retry={() => info.refetch()} /> : null}
        {info.data?.machinesProblem !== undefined && (
          <p class="notice warning">Machines could not be loaded: {info.data.machinesProblem}</p>
        )}
        {!info.error && <Screen place={place} info={info.data} />}
      </main>
      <Toasts />
      {isHelpOpen && <Help onClose={() => setHelpOpen(false)} />}
    </>
  );
}

function Screen({ place, info }: { readonly place: Place; readonly info: ConsoleInfo | undefined }) {
  const [, first = '', second] = place.path.split('/');
  const id = second === undefined || second === '' ? undefined : decoded(second);
  if (first === '') return <Executions place={place} info={info} />;
  if (first === 'executions' && id !== undefined)
    return <Execution key={id} id={id} place={place} info={info} />;
  if (first === 'machines') {
    return id === undefined ? <Machines /> : <Machine key={id} id={id} place={place} info={info} />;
  }
  if (first === 'pending') return <Pending info={info} />;
  if (first === 'cost') return <Cost />;
  return (
    <Empty title="Page not found">
      <a href={links.executions()}>See all executions</a>
    </Empty>
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

const screens = [
  {
    name: 'Executions',
    href: links.executions(),
    key: 'e',
    isAt: (path: string) => path === '/' || path.startsWith('/executions'),
  },
  {
    name: 'Machines',
    href: links.machines(),
    key: 'm',
    isAt: (path: string) => path.startsWith('/machines'),
  },
  { name: 'Pending', href: links.pending(), key: 'p', isAt: (path: string) => path === '/pending' },
  { name: 'Cost', href: links.cost(), key: 'c', isAt: (path: string) => path === '/cost' },
] as const;

function Header({
  place,
  info,
  onHelp,
}: {
  readonly place: Place;
  readonly info: ConsoleInfo | undefined;
  readonly onHelp: () => void;
}) {
  return (
    <header class="top">
      <a class="brand" href={links.executions()} aria-label="Millrace console">
        <svg width="20" height="20" viewBox="0 0 16 16" aria-hidden="true">
          <rect width="16" height="16" rx="4" />
          <path d="M3 11c1.600 0 1.600-1.600 3.300-1.600s1.700 1.600 3.400 1.600 1.600-1.600 3.300-1.600M3 7c1.600 0 1.600-1.600 3.300-1.600s1.700 1.600 3.400 1.600 1.600-1.600 3.300-1.600" />
        </svg>
        <span>Millrace</span>
      </a>
      <nav aria-label="Screens">
        {screens.map(({ name, href, isAt }) => (
          <a key={name} href={href} aria-current={isAt(place.path) ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <div class="top-end">
        {info?.isReadOnly && <span class="chip">read only</span>}
        {info && (
          <span class="table-name" title="The table">
            {info.tableName}
          </span>
        )}
        <ThemeButton />
        <button
          type="button"
          class="plain icon-button"
          aria-label="Keyboard shortcuts"
          title="Keyboard shortcuts (?)"
          onClick={onHelp}
        >
          <Icon name="help" />
        </button>
      </div>
    </header>
  );
}

const themeIcons: Readonly<Record<Theme, IconName>> = { system: 'screen', light: 'sun', dark: 'moon' };

function ThemeButton() {
  const [theme, setTheme] = useState(storedTheme);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
  const change = () => {
    applyTheme(next);
    setTheme(next);
  };
  return (
    <button
      type="button"
      class="plain icon-button"
      aria-label={`Theme: ${theme}. Change to ${next}`}
      title={`Theme: ${theme}`}
      onClick={change}
    >
      <Icon name={themeIcons[theme]} />
    </button>
  );
}

/** `g` and a letter go to a screen, `/` to the search field, `?` to the help. */
function useShortcuts(setHelpOpen: (isOpen: boolean) => void): void {
  useEffect(() => {
    let goesAt = Number.NEGATIVE_INFINITY;
    const press = (event: KeyboardEvent) => {
      const { target } = event;
      const isTyping =
        target instanceof HTMLInputElement ||
        target instanceof HTMLTextAreaElement ||
        target instanceof HTMLSelectElement;
      if (event.metaKey || event.ctrlKey || event.altKey) return;
      if (isTyping && !(target instanceof HTMLInputElement && target.type === 'range')) return;
      const screen =
        event.timeStamp - goesAt < 1500 ? screens.find(({ key }) => key === event.key) : undefined;
      goesAt = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY;
      if (screen) navigate(screen.href);
      else if (event.key === '?') setHelpOpen(true);
      else if (event.key === '/') {
        const field = document.querySelector<HTMLInputElement>('input[data-shortcut="/"]');
        if (field) {
          event.preventDefault();
          field.focus();
        }
      }
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [setHelpOpen]);
}
