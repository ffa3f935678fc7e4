import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryDirectory = fileURLToPath(new URL('../..', import.meta.url));

export interface Import {
  /** Files, as paths from the repository's root. */
  readonly from: string;
  readonly to: string;
}

/** Source files of the repository: those in its folders, without what is installed or built. */
export function sourceFiles(): readonly string[] {
  const ignored = readFileSync(join(repositoryDirectory, '.gitignore'), 'utf8').split('\n');
  const notOurs = new Set(ignored.map((line) => line.replace(/\/$/, '')));
  const folders = readdirSync(repositoryDirectory, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.') && !notOurs.has(entry.name),
  );
  return folders.flatMap(({ name }) =>
    readdirSync(join(repositoryDirectory, name), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.m?ts$|\.mjs$/.test(file))
      .map((file) => join(name, file)),
  );
}

/** `import … from`, `export … from`, `import '…'` and `import('…')`, whether of values or of types. */
const specifier =
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*'(?<from>[^']+)'|^\s*import\s+'(?<bare>[^']+)'|\bimport\(\s*'(?<called>[^']+)'\s*\)/gm;

/** Entry points of the package by the names that users import them by. */
const entryPoints: ReadonlyMap<string, string> = readEntryPoints();

/** Every import of one file of the repository by another. */
export function importsOf(files: readonly string[]): readonly Import[] {
  const known = new Set(files);
  return files.flatMap((from) => {
    const text = readFileSync(join(repositoryDirectory, from), 'utf8');
    return [...text.matchAll(specifier)].flatMap(({ groups = {} }) => {
      const name = groups.from ?? groups.bare ?? groups.called ?? '';
      const to = name.startsWith('.') ? normalize(join(dirname(from), name)) : entryPoints.get(name);
      // The compiler reports an import that leads nowhere. Tests have some in code that they write themselves.
      return to !== undefined && known.has(to) ? [{ from, to }] : [];
    });
  });
}

export interface PackageImport {
  readonly from: string;
  readonly name: string;
  /** Names that are there when the program runs: those of types are not. */
  readonly values: readonly string[];
}

const packageImport =
  /^\s*(?:import|export)\s+(?<isType>type\s)?\s*(?:\{(?<names>[^}]*)\}|[^'"`;{]*?)\s*from\s*'(?<name>[^.'][^']*)'/gm;

/** Imports from packages and from Node.js. */
export function packageImportsOf(files: readonly string[]): readonly PackageImport[] {
  return files.flatMap((from) => {
    const text = readFileSync(join(repositoryDirectory, from), 'utf8');
    return [...text.matchAll(packageImport)].map(({ groups = {} }) => ({
      from,
      name: groups.name ?? '',
      values: groups.isType === undefined ? valuesOf(groups.names ?? '*') : [],
    }));
  });
}

function valuesOf(names: string): readonly string[] {
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '));
}

function readEntryPoints(): ReadonlyMap<string, string> {
  const { exports }: { exports: Record<string, { 'millrace-source': string }> } = JSON.parse(
    readFileSync(join(repositoryDirectory, 'package.json'), 'utf8'),
  );
  return new Map(
    Object.entries(exports).map(([path, target]) => [
      `millrace${path.slice(1)}`,
      normalize(target['millrace-source']),
    ]),
  );
}

/** Groups of nodes that reach each other: none where the graph has no circle. Each group is sorted. */
export function circlesOf(edges: readonly Import[]): readonly (readonly string[])[] {
  const targets = new Map<string, Set<string>>();
  for (const { from, to } of edges) {
    const known = targets.get(from);
    if (known) known.add(to);
    else targets.set(from, new Set([to]));
  }
  const reachable = (start: string): ReadonlySet<string> => {
    const seen = new Set<string>();
    const waiting = [...(targets.get(start) ?? [])];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      waiting.push(...(targets.get(node) ?? []));
    }
    return seen;
  };
  const reached = new Map([...targets.keys()].map((node) => [node, reachable(node)]));
  const circles = new Map<string, readonly string[]>();
  for (const [node, others] of reached) {
    if (!others.has(node)) continue;
    const circle = [...others].filter((other) => reached.get(other)?.has(node)).sort();
    circles.set(circle.join(), circle);
  }
  return [...circles.values()];
}
