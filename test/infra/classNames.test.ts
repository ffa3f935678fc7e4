import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { withEmptyNames } from '../../infra/bundle/anonymousClasses.ts';
import { project, run } from './bundleFixture.ts';

const machine = `import { createMachine } from 'xstate';
export const order = createMachine({ id: 'order', version: '1' });`;

const files = {
  'machines/order.ts': machine,
  'errors/card.ts': `export class CardDeclined extends Error { constructor(readonly code: number) { super('no'); } }
export function unused(): void { console.log('unused function'); }`,
  'errors/other.ts': `export class CardDeclined<T extends object = { a: 1 }> extends TypeError { declare readonly of: T }
export const Refused = class extends Error {};`,
  'node_modules/payments/package.json': '{ "name": "payments", "main": "index.js" }',
  'node_modules/payments/index.js': `"use strict";
class PaymentError extends Error {}
exports.PaymentError = PaymentError;`,
  'node_modules/payments/refused.js': `"use strict";
const { PaymentError } = require('./index.js');
const base = PaymentError;
class CardRefused extends base {}
exports.CardRefused = CardRefused;`,
  'node_modules/older/package.json': '{ "name": "older", "main": "index.js" }',
  'node_modules/older/index.js': `"use strict";
function ByHand(message) { this.message = message; }
ByHand.prototype = Object.create(Error.prototype, { constructor: { value: ByHand } });
function Conflict(message) { this.message = message; }
Conflict.prototype = new ByHand();
exports.ByHand = ByHand;`,
  'node_modules/older/inherits.js': `"use strict";
function Inherited(message) { this.message = message; }
require('node:util').inherits(Inherited, Error);
exports.Inherited = Inherited;`,
  'node_modules/older/compiled.js': `"use strict";
var __extends = function (d, b) { Object.setPrototypeOf(d, b); function __() { this.constructor = d; } __.prototype = b.prototype; d.prototype = new __(); };
var Compiled = /** @class */ (function (_super) {
    __extends(Compiled, _super);
    function Compiled() { return _super !== null && _super.apply(this, arguments) || this; }
    return Compiled;
}(Error));
exports.Compiled = Compiled;`,
  'workers/charge.ts': `import { PaymentError } from 'payments';
import { CardRefused } from 'payments/refused.js';
import { ByHand } from 'older';
import { Compiled } from 'older/compiled.js';
import { Inherited } from 'older/inherits.js';
import { CardDeclined } from '../errors/card.ts';
import { CardDeclined as Another, Refused } from '../errors/other.ts';
class Base extends Error { constructor() { super('x'); this.name = new.target.name; } }
class Derived extends Base {}
export const handler = async () => [
  new CardDeclined(1).constructor.name, new Another('x').constructor.name, Refused.name, PaymentError.name, new Derived().name,
  ByHand.name, Compiled.name, Inherited.name, CardRefused.name,
  await import('../errors/other.ts').then((module) => module.CardDeclined.name),
];`,
};

const expected = [
  ...['CardDeclined', 'CardDeclined', 'Refused', 'PaymentError', 'Derived'],
  ...['ByHand', 'Compiled', 'Inherited', 'CardRefused', 'CardDeclined'],
];

test.each([false, true])(
  'classes keep the names of their sources, where names collide or are minified: %s',
  async (minify) => {
    const { bundle, path } = await project(files);
    await bundle({ minify });
    expect(await run(path('out/workers/charge'), 'handler')).toEqual(expected);
  },
);

/** Ways to make a class, each an expression or the body of a function. */
const forms: Readonly<Record<string, string>> = {
  'a function that returns one without a name': 'const make = () => class extends Error {}; return make();',
  'a function that returns one with a name':
    'const make = () => class Inner extends Error {}; return make();',
  'one that a function returns at once': 'const X = (() => class extends Error {})(); return X;',
  'one that a block returns at once': 'const X = (() => { return class extends Error {}; })(); return X;',
  'one with a name, at once': 'const X = (function () { return class Named extends Error {}; })(); return X;',
  'a mixin': 'const mixin = (Base) => class extends Base {}; const X = mixin(Error); return X;',
  'a mixin with a name':
    'const mixin = (Base) => class Mixed extends Base {}; const X = mixin(Error); return X;',
  'a local class': 'const make = () => { class Local extends Error {} return Local; }; return make();',
  'a property': 'const errors = { Declined: class extends Error {} }; return errors.Declined;',
  'a property of a property':
    'const all = { card: { Declined: class extends Error {} } }; return all.card.Declined;',
  'a property that is assigned':
    'const errors = {}; errors.Declined = class extends Error {}; return errors.Declined;',
  'a property with a computed name':
    "const make = (name) => ({ [name]: class extends Error {} })[name]; return make('Computed');",
  'a list': 'const list = [class extends Error {}, class Listed extends Error {}]; return list[0];',
  'a list, with a name':
    'const list = [class extends Error {}, class Listed extends Error {}]; return list[1];',
  'a variable that is assigned later': 'let Later; Later = class extends Error {}; return Later;',
  'a variable that is assigned if it has none': 'let Later; Later ??= class extends Error {}; return Later;',
  'a static field': 'class Holder { static Inner = class extends Error {}; } return Holder.Inner;',
  'a private static field':
    'class Holder { static #inner = class extends Error {}; static inner() { return Holder.#inner; } } return Holder.inner();',
  'a getter':
    'class Holder { get inner() { return class InGetter extends Error {}; } } return new Holder().inner;',
  'the default of a parameter': 'const make = (Preset = class extends Error {}) => Preset; return make();',
  'the default of a destructured variable': 'const { Preset = class extends Error {} } = {}; return Preset;',
  'a condition': 'const X = Date.now() > 0 ? class extends Error {} : null; return X;',
  'a sequence': 'const X = (0, class extends Error {}); return X;',
  'an alternative': 'const X = globalThis.absent || class extends Error {}; return X;',
  'an argument': 'const same = (given) => given; const X = same(class extends Error {}); return X;',
  'a frozen class': 'const X = Object.freeze(class extends Error {}); return X;',
  'a name that is defined':
    "const make = (name) => { const C = class extends Error {}; Object.defineProperty(C, 'name', { value: name }); return C; }; return make('Defined');",
  'a static name': "const make = () => class extends Error { static name = 'StaticName'; }; return make();",
  'a static getter of the name':
    "const make = () => class extends Error { static get name() { return 'StaticName'; } }; return make();",
  'a class in a template': 'const make = () => `$'.concat(
    '{(() => class extends Error {})().name}`; return { name: make() };',
  ),
  'text that looks like a class': 'return { name: "class extends X { }" };',
  'a regular expression that looks like a class': 'return { name: /"class extends X {/.source };',
  'behind a regular expression that is a statement':
    'const make = (text) => { if (text) /["{]/.test(text); while (!text) /\'/.test(text); return class extends Error {}; }; return make("a");',
  'behind a division':
    'let i = 4; const half = (i++ / 2) * "/".length; const make = () => class extends Error {}; return half ? make() : "don\'t";',
  'text that looks like a class, behind a regular expression':
    'const text = "a"; if (text) /["]/.test(text); return { name: "class extends X { }" + \'"\' };',
};

const formsModule = `export const names = () => ({
${Object.entries(forms)
  .map(([form, code]) => `  ${JSON.stringify(form)}: (() => { ${code} })().name,`)
  .join('\n')}
});`;

test.each([false, true])(
  'a class has the name that it has in Node.js, however it is made, minified: %s',
  async (minify) => {
    const { bundle, path } = await project({
      'machines/order.ts': machine,
      'forms.mjs': formsModule,
      'workers/names.ts': `import { names } from '../forms.mjs';
export const handler = async () => names();`,
    });
    await bundle({ minify });
    const program = `import { names } from ${JSON.stringify(path('forms.mjs'))}; console.log(JSON.stringify(names()));`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '--eval',
      program,
    ]);
    const expected = JSON.parse(stdout);
    expect(Object.keys(expected)).toEqual(Object.keys(forms));
    expect(await run(path('out/workers/names'), 'handler')).toEqual(expected);
  },
);

test('an error of a class without a name has the name of the class that it extends, minified', async () => {
  const { bundle, path } = await project({
    'machines/order.ts': machine,
    'workers/charge.ts': `const declined = (() => class<T = {}> extends RangeError { of?: T })();
export const handler = async () => new declined('no').constructor.name;`,
  });
  await bundle({ minify: true });
  expect(await run(path('out/workers/charge'), 'handler')).toBe('');
});

test('a class without a name is found beside a long text, such as a file in Base64', () => {
  const code = `var file = "${'A'.repeat(10_000_000)}";\nvar make = () => class extends Error {\n};\n`;
  expect(withEmptyNames(code)).toMatch(/class extends Error \{ static \{/);
});

test('source maps lead through a module whose classes keep their names', async () => {
  const { bundle, path } = await project({
    'machines/order.ts': machine,
    'workers/charge.ts': `type A = 1;
class CardDeclined extends Error {}
function charge(): never {
  throw new CardDeclined('no');
}
export const handler = async () => { try { charge(); } catch (error) { return (error as Error).stack; } };`,
  });
  await bundle({ minify: true });
  const stack = await run(path('out/workers/charge'), 'handler', ['--enable-source-maps']);
  expect(stack).toContain(`${path('workers/charge.ts')}:4:`);
});

test('a mistake in a module with classes is shown with its place', async () => {
  const { bundle, path } = await project({
    'machines/order.ts': machine,
    'workers/charge.ts': `class A extends Error {}\nexport const handler = async () => {`,
  });
  await expect(bundle()).rejects.toMatchObject({
    problems: [{ file: path('workers/charge.ts'), line: 2, column: 37 }],
  });
});

test('a dependency that is mostly text is bundled without delay', async () => {
  const text = 'The class of an Error, or of a Fault, is a word of this text.\\n'.repeat(2000);
  const { bundle, path } = await project({
    'machines/order.ts': machine,
    'node_modules/prose/package.json': '{ "name": "prose", "main": "index.js" }',
    'node_modules/prose/index.js': `exports.text = '${text}';`,
    'workers/charge.ts': `import { text } from 'prose';
export const handler = async () => text.length;`,
  });
  await bundle();
  expect(await run(path('out/workers/charge'), 'handler')).toBe(62 * 2000);
});
