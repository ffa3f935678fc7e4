/** A stretch of work that a trace shows. */
export interface SpanDescription {
  readonly name: string;
  /** `producer` hands work to another function, `consumer` does what it was handed. */
  readonly kind: 'internal' | 'producer' | 'consumer';
  /** The trace that it belongs to, as W3C Trace Context has it. */
  readonly traceparent: string | undefined;
  readonly attributes: Readonly<Record<string, string | number>>;
}

export interface Span {
  /** To be handed on: the span's own where spans are recorded, else the one that it was given. */
  readonly traceparent: string | undefined;
  /** The work came to a failure that it does not throw. */
  fail(error: { readonly name: string; readonly message: string }): void;
}

/** Where spans go. */
export interface Tracing {
  /** Runs work as a span. An error that it throws is the span's failure, and is thrown on. */
  span<T>(description: SpanDescription, work: (span: Span) => Promise<T>): Promise<T>;
}

/** Records nothing, and hands the trace context on. */
export const noTracing: Tracing = {
  span: ({ traceparent }, work) => work({ traceparent, fail: () => {} }),
};
