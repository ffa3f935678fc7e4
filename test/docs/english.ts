/** Phrases that we do not write, with what to write instead. */
export const bannedPhrases: readonly { readonly phrase: RegExp; readonly instead: string }[] = [
  { phrase: /\b(whoever|somebody)\b/i, instead: 'anyone who, a user, another writer' },
  { phrase: /\bnobody\b/i, instead: 'no one, no user' },
  { phrase: /\banew\b/i, instead: 'again, a new …' },
  { phrase: /\bmend(s|ed|ing)?\b/i, instead: 'fix, repair' },
  {
    phrase: /\btells?\b(?! apart)|\b(is|are|was|were|be|been) told\b/i,
    instead: 'say, show, receive, send to',
  },
  { phrase: /\bcomes? to nothing\b/i, instead: 'has no effect' },
  { phrase: /\bto be had\b/i, instead: 'available' },
  { phrase: /\bbelongs? into\b/i, instead: 'belongs in, goes in' },
  { phrase: /\bas long as\b[^.]*\bnot\b/i, instead: 'until, unless' },
  {
    phrase: /(?<!\b[Tt]here )\b(is|are|was|were|be) no (?!longer\b|more\b|less\b|fewer\b)[a-z]/,
    instead: 'is not a, has no',
  },
  { phrase: /Defect: please report/, instead: 'a message that names the cause and the next step' },
];

/** A sentence whose subject is a clause that begins with What, Of or That. Questions and headings are fine. */
const clauseAsSubject = /(?:^|[.:] )(?:What|Of|That) [a-z][^.?]*(?:[.]|$)/;

export interface Finding {
  readonly line: number;
  readonly text: string;
  readonly instead: string;
}

export function findingsIn(lines: Iterable<readonly [line: number, text: string]>): Finding[] {
  const found: Finding[] = [];
  for (const [line, text] of lines) {
    for (const { phrase, instead } of bannedPhrases) {
      if (phrase.test(text)) found.push({ line, text: text.trim(), instead });
    }
    if (clauseAsSubject.test(text.trim())) {
      found.push({ line, text: text.trim(), instead: 'name the subject: who does what' });
    }
  }
  return found;
}

/** The lines of a page that are prose: no code blocks, no headings, no code spans. */
export function proseOf(page: string): [number, string][] {
  let inCode = false;
  return page.split('\n').flatMap((text, i): [number, string][] => {
    if (text.startsWith('```')) inCode = !inCode;
    if (inCode || text.startsWith('```') || text.startsWith('#')) return [];
    return [[i + 1, text.replaceAll(/`[^`]*`/g, 'code').replace(/^\s*(?:[-*|>]|\d+\.)\s*/, '')]];
  });
}

const namesTests = /\b(?:it|test|describe)\b[^'`"]*\(\s*['`"]|^\s*\]\)\(/;

/** Comments and string literals of a source file, line by line; the strings of a test's data are left out, its names are not. */
export function textOf(source: string, isTest = false): [number, string][] {
  return source.split('\n').flatMap((line, i): [number, string][] => {
    const comment = /^\s*(?:\/\*\*?|\*|\/\/) ?(.*)$/.exec(line) ?? /\s\/\/ (.*)$/.exec(line);
    if (comment) return [[i + 1, (comment[1] ?? '').replace(/^@\w+ /, '').replace(/ ?\*\/$/, '')]];
    if (isTest && !namesTests.test(line)) return [];
    const strings = [...line.matchAll(/'((?:[^'\\]|\\.)*)'|`([^`]*)`|"((?:[^"\\]|\\.)*)"/g)];
    return strings.map(([, single, template, double]) => [i + 1, single ?? template ?? double ?? '']);
  });
}
