/**
 * The name that an error is reported by: the `name` that its code has set, on the error or on its class. Where only a
 * built-in class has set one, as for `class CardDeclined extends Error {}`, it is the name of the error's own class.
 */
export function errorNameOf(error: object): string {
  const name = property(error, 'name');
  // A failure may have no name, as those of Step Functions.
  if (name === '' && Object.hasOwn(error, 'name')) return name;
  const given = typeof name === 'string' && name !== '' ? name : undefined;
  if (given !== undefined && isSetByUser(error)) return given;
  return classNameOf(error) ?? given ?? 'Error';
}

/** A property of anything; undefined where reading it throws. */
export function property(holder: object, key: string): unknown {
  try {
    return Reflect.get(holder, key);
  } catch {
    return undefined;
  }
}

function isSetByUser(error: object): boolean {
  if (Object.hasOwn(error, 'name')) return true;
  const holder = prototypesOf(error).find((prototype) => Object.hasOwn(prototype, 'name'));
  return holder !== undefined && !isBuiltIn(property(holder, 'constructor'));
}

/** An anonymous class has the name of the class that it extends. */
function classNameOf(error: object): string | undefined {
  for (const prototype of prototypesOf(error)) {
    const maker = Object.hasOwn(prototype, 'constructor') ? property(prototype, 'constructor') : undefined;
    const name = typeof maker === 'function' ? property(maker, 'name') : undefined;
    if (typeof name === 'string' && name !== '') return name;
  }
  return undefined;
}

/** By what it prints as, because another realm (a vm context) has built-in classes of its own. */
export function isBuiltIn(maker: unknown): boolean {
  return typeof maker === 'function' && Function.prototype.toString.call(maker).endsWith('{ [native code] }');
}

const deepestClass = 50;

export function prototypesOf(error: object): readonly object[] {
  const prototypes: object[] = [];
  let prototype: object | null = Object.getPrototypeOf(error);
  while (prototype !== null && prototypes.length < deepestClass) {
    prototypes.push(prototype);
    prototype = Object.getPrototypeOf(prototype);
  }
  return prototypes;
}
