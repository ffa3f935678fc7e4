import { useMemo, useState } from 'preact/hooks';
import { number } from '../time.ts';
import { brief, visible } from '../visible.ts';
import { Copy } from './clipboard.tsx';
import { Icon } from './icons.tsx';

interface TreeProps {
  readonly value: unknown;
  /** For screen readers, and the search field. */
  readonly label: string;
  /** Paths that are marked: those that the entry changed. */
  readonly changed?: ReadonlySet<string>;
  readonly hasTools?: boolean;
}

/** A JSON value that can be unfolded, searched and copied. */
export function JsonTree({ value, label, changed, hasTools = true }: TreeProps) {
  const [search, setSearch] = useState('');
  const found = useMemo(
    () => (search === '' ? undefined : pathsWith(value, search.toLowerCase())),
    [value, search],
  );
  return (
    <div class="json">
      {hasTools && (
        <div class="json-tools">
          <label class="search small">
            <Icon name="search" size={12} />
            <input
              type="search"
              placeholder="Search"
              aria-label={`Search in ${label}`}
              value={search}
              onInput={(event) => setSearch(event.currentTarget.value)}
            />
          </label>
          {found && <span class="quiet">{found.hits} found</span>}
          <Copy label={`Copy ${label}`} text={() => JSON.stringify(value, undefined, 2) ?? ''} />
        </div>
      )}
      <div class="json-body" role="group" aria-label={label} tabIndex={0}>
        <Node value={value} path="" name={undefined} depth={0} found={found?.paths} changed={changed} />
      </div>
    </div>
  );
}

interface NodeProps {
  readonly value: unknown;
  readonly path: string;
  readonly name: string | undefined;
  readonly depth: number;
  readonly found: ReadonlySet<string> | undefined;
  readonly changed: ReadonlySet<string> | undefined;
}

const childrenAtOnce = 100;

function Node({ value, path, name, depth, found, changed }: NodeProps) {
  const [choice, setChoice] = useState<boolean | undefined>(undefined);
  const [shown, setShown] = useState(childrenAtOnce);
  const entries = childrenOf(value);
  const isFound = found?.has(path) === true;
  const mark = changed?.has(path) ? ' changed' : '';
  if (!entries || entries.length === 0) {
    return (
      <div class={`json-line${mark}`}>
        <Name name={name} />
        <Scalar value={value} isFound={isFound && !!found} />
      </div>
    );
  }
  const isOpen = found ? isFound || choice === true : (choice ?? depth < 2);
  const isArray = Array.isArray(value);
  const size = `${entries.length} ${isArray ? (entries.length === 1 ? 'item' : 'items') : entries.length === 1 ? 'field' : 'fields'}`;
  const children = found
    ? entries.filter(([key]) => found.has(childPath(path, key)))
    : entries.slice(0, shown);
  return (
    <div class="json-node">
      <button
        type="button"
        class={`plain json-line${mark}`}
        aria-expanded={isOpen}
        onClick={() => setChoice(!isOpen)}
      >
        <span class={isOpen ? 'twist open' : 'twist'}>
          <Icon name="right" size={10} />
        </span>
        <Name name={name} />
        <span class="quiet">{isArray ? `[${size}]` : `{${size}}`}</span>
      </button>
      {isOpen && (
        <div class="json-children">
          {children.map(([key, child]) => (
            <Node
              key={key}
              value={child}
              path={childPath(path, key)}
              name={key}
              depth={depth + 1}
              found={found}
              changed={changed}
            />
          ))}
          {!found && entries.length > shown && (
            <button type="button" class="small" onClick={() => setShown(shown + 10 * childrenAtOnce)}>
              {entries.length - shown} more
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Name({ name }: { readonly name: string | undefined }) {
  return name === undefined ? null : <span class="json-name">{brief(visible(name))}: </span>;
}

const charactersAtFirst = 2000;
const mostCharacters = 100_000;

/** A long string is shown in part: the browser would stand still for the whole of it. */
function Scalar({ value, isFound }: { readonly value: unknown; readonly isFound: boolean }) {
  const [shown, setShown] = useState(charactersAtFirst);
  const isCut = typeof value === 'string' && value.length > shown;
  const text = JSON.stringify(isCut ? value.slice(0, shown) : value) ?? 'undefined';
  const kind =
    value === null ? 'null' : Array.isArray(value) || typeof value === 'object' ? 'empty' : typeof value;
  return (
    <span>
      <span class={`json-${kind}${isFound ? ' found' : ''}`}>{visible(text)}</span>
      {isCut && (
        <>
          <span class="quiet"> … {number(value.length)} characters </span>
          {shown < mostCharacters && (
            <button type="button" class="small" onClick={() => setShown(mostCharacters)}>
              Show {number(Math.min(value.length, mostCharacters))}
            </button>
          )}
          <Copy label="Copy the text" text={value} />
        </>
      )}
    </span>
  );
}

function childrenOf(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  return typeof value === 'object' && value !== null ? Object.entries(value) : undefined;
}

function childPath(path: string, key: string): string {
  return `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The places whose name or value has the text, with everything around them. */
function pathsWith(
  value: unknown,
  text: string,
): { readonly paths: ReadonlySet<string>; readonly hits: number } {
  const paths = new Set<string>();
  let hits = 0;
  const look = (each: unknown, path: string, name: string): boolean => {
    const children = childrenOf(each);
    const own = name.toLowerCase().includes(text) || (!children && String(each).toLowerCase().includes(text));
    const inside =
      (children ?? []).filter(([key, child]) => look(child, childPath(path, key), key)).length > 0;
    if (own) hits += 1;
    if (own || inside) paths.add(path);
    return own || inside;
  };
  look(value, '', '');
  return { paths, hits };
}
