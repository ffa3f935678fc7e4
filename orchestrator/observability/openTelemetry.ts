import { context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { formatTraceparent, parseTraceparent } from '../core/data/traceContext.ts';
import { describeError } from './report.ts';
import type { Tracing } from './tracing.ts';

const kinds = { internal: SpanKind.INTERNAL, producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER };

/**
 * Spans through the OpenTelemetry API, to whatever SDK the function's process has registered: a layer, or a module of the
 * machines or the worker. Where there is none, they cost nothing to speak of, and the trace context is handed on as it came.
 */
export const openTelemetry: Tracing = {
  span: (description, work) => {
    const { name, kind, traceparent, attributes } = description;
    const parent = parseTraceparent(traceparent);
    const within = parent ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true }) : ROOT_CONTEXT;
    const span = trace.getTracer('millrace').startSpan(name, { kind: kinds[kind], attributes }, within);
    return context.with(trace.setSpan(within, span), async () => {
      try {
        return await work({
          traceparent: traceparentOf(span) ?? traceparent,
          fail: (error) => fail(span, error.name, `${error.name}: ${error.message}`),
        });
      } catch (error) {
        fail(span, error instanceof Error ? error.name : 'Error', describeError(error));
        throw error;
      } finally {
        span.end();
      }
    });
  },
};

/** The traceparent of the span that the caller is in, if any is recorded. */
export function activeTraceparent(): string | undefined {
  const active = trace.getActiveSpan();
  return active && traceparentOf(active);
}

function traceparentOf(span: Span): string | undefined {
  const spanContext = span.spanContext();
  return trace.isSpanContextValid(spanContext) ? formatTraceparent(spanContext) : undefined;
}

function fail(span: Span, type: string, message: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}
