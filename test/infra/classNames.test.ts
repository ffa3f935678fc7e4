import { expect, test } from 'vitest';
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
import { ByHand } from 'older';
import { Compiled } from 'older/compiled.js';
import { Inherited } from 'older/inherits.js';
import { CardDeclined } from '../errors/card.ts';
import { CardDeclined as Another, Refused } from '../errors/other.ts';
class Base extends Error { constructor() { super('x'); this.name = new.target.name; } }
class Derived extends Base {}
export const handler = async () => [
  new CardDeclined(1).constructor.name, new Another('x').constructor.name, Refused.name, PaymentError.name, new Derived().name,
  ByHand.name, Compiled.name, Inherited.name,
  await import('../errors/other.ts').then((module) => module.CardDeclined.name),
];`,
};

const expected = [
  ...['CardDeclined', 'CardDeclined', 'Refused', 'PaymentError', 'Derived'],
  ...['ByHand', 'Compiled', 'Inherited', 'CardDeclined'],
];

test.each([false, true])(
  'classes keep the names of their sources, where names collide or are minified: %s',
  async (minify) => {
    const { bundle, path } = await project(files);
    await bundle({ minify });
    expect(await run(path('out/workers/charge'), 'handler')).toEqual(expected);
  },
);

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
