import { describe, expect, it } from 'vitest';
import { parseTraceparent, validTraceparent } from '../../orchestrator/core/data/traceContext.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = '00f067aa0ba902b7';

describe('a traceparent', () => {
  it('names trace and span, and says whether the trace is recorded', () => {
    expect(parseTraceparent(`00-${trace}-${span}-01`)).toEqual({
      traceId: trace,
      spanId: span,
      traceFlags: 1,
    });
  });

  it.each([
    ['nothing', undefined],
    ['what is something else', 'trace-17'],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${span}-01`],
    ['a span of zeros', `00-${trace}-${'0'.repeat(16)}-01`],
    ['capital letters', `00-${trace.toUpperCase()}-${span}-01`],
    ['the version that is none', `ff-${trace}-${span}-01`],
    ['more than the first version may have', `00-${trace}-${span}-01x`],
  ])('is ignored where it is %s', (_, text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });

  it('of a later version is taken for what the first one has', () => {
    expect(validTraceparent(`01-${trace}-${span}-00-more`)).toBe(`00-${trace}-${span}-00`);
  });
});
