import { isArray, isObject, type Json, type JsonObject, objectOf } from './json.ts';

/** Values by the names that definitions have in `${Name}`. */
export type Substitutions = Readonly<Record<string, string | number | boolean>>;

/** The value with substitutions in its texts and names. Other placeholders stay. */
export function substituted(value: Json, substitutions: Substitutions): Json {
  if (Object.keys(substitutions).length === 0) return value;
  if (typeof value === 'string') return substitutedText(value, substitutions);
  if (isArray(value)) return value.map((each) => substituted(each, substitutions));
  if (!isObject(value)) return value;
  return objectOf(
    Object.entries(value).map(([key, each]) => [
      replaced(key, substitutions),
      substituted(each, substitutions),
    ]),
  );
}

/** Environment variable in which a deployment has them, as JSON. */
export const substitutionsVariable = 'MILLRACE_SUBSTITUTIONS';

const placeholder = /\$\{([A-Za-z0-9_.:-]+)\}/g;

/** A text that is nothing but a placeholder becomes the value itself, which may be a number. */
function substitutedText(text: string, substitutions: Substitutions): Json {
  const [whole, name = ''] = new RegExp(`^${placeholder.source}$`).exec(text) ?? [];
  const value = whole === undefined ? undefined : substitutionOf(name, substitutions);
  return value ?? replaced(text, substitutions);
}

function replaced(text: string, substitutions: Substitutions): string {
  return text.replace(placeholder, (written, name: string) =>
    String(substitutionOf(name, substitutions) ?? written),
  );
}

function substitutionOf(name: string, substitutions: Substitutions): string | number | boolean | undefined {
  return Object.hasOwn(substitutions, name) ? substitutions[name] : undefined;
}

/** Names of the placeholders that a definition has. */
export function placeholdersIn(value: JsonObject): readonly string[] {
  const names = [...JSON.stringify(value).matchAll(placeholder)].map(([, name = '']) => name);
  return [...new Set(names)];
}
