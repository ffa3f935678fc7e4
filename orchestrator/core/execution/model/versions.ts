/**
 * The order of a machine's versions: negative where `a` is older than `b`, 0 where neither is newer. Versions of semantic
 * versioning have its precedence (https://semver.org/#spec-item-11), and numbers within others compare as numbers: 2 before
 * 10, 1.9 before 1.10. Beside others, a semantic version counts by its first three numbers. A `v` before a number, as tags
 * have it, makes no difference: `v1.0` is older than `2.0`, and neither of `v2` and `2` is newer.
 */
export function compareVersions(a: string, b: string): number {
  const [first, second] = [partsOf(a), partsOf(b)];
  return (
    first.core.localeCompare(second.core, 'en', { numeric: true }) ||
    comparePrereleases(first.prerelease, second.prerelease)
  );
}

interface VersionParts {
  readonly core: string;
  /** Identifiers; absent in a release. */
  readonly prerelease?: readonly string[];
}

const number = '(?:0|[1-9]\\d*)';
const identifier = `(?:${number}|\\d*[A-Za-z-][\\dA-Za-z-]*)`;
const semantic = new RegExp(
  `^(?<core>${number}\\.${number}\\.${number})(?:-(?<prerelease>${identifier}(?:\\.${identifier})*))?(?:\\+[\\dA-Za-z-]+(?:\\.[\\dA-Za-z-]+)*)?$`,
);

function partsOf(given: string): VersionParts {
  const version = given.replace(/^v(?=\d)/, '');
  const { core = version, prerelease } = semantic.exec(version)?.groups ?? {};
  return { core, ...(prerelease !== undefined && { prerelease: prerelease.split('.') }) };
}

/** A release is newer than what was released before it. */
function comparePrereleases(a: readonly string[] | undefined, b: readonly string[] | undefined): number {
  if (!a || !b) return a ? -1 : b ? 1 : 0;
  for (const [place, first] of a.entries()) {
    const second = b[place];
    // The version with more identifiers is the newer one.
    if (second === undefined) return 1;
    const order = compareIdentifiers(first, second);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Compares numbers as such, and puts them before other identifiers, which it compares by their characters. */
function compareIdentifiers(a: string, b: string): number {
  const [isNumber, isOtherNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  if (isNumber && a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
