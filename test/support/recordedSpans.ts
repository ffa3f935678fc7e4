import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

export interface RecordedSpan {
  readonly name: string;
  readonly kind: string;
  readonly attributes: Attributes;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  error?: string;
  isEnded: boolean;
}

/** An OpenTelemetry SDK as small as one can be: spans in the order in which they began. Registered for the whole process. */
export function recordSpans(): { readonly spans: RecordedSpan[]; stop(): void } {
  const spans: RecordedSpan[] = [];
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (of, run, self, ...args) => storage.run(of, () => Reflect.apply(run, self, args)),
    bind: (_, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  const startSpan = (name: string, options: SpanOptions = {}, within = manager.active()): Span => {
    const parent = trace.getSpanContext(within);
    const spanContext = {
      traceId: parent?.traceId ?? String(spans.length + 1).padStart(32, 'a'),
      spanId: String(spans.length + 1).padStart(16, '0'),
      traceFlags: 1,
    };
    const recorded: RecordedSpan = {
      name,
      kind: SpanKind[options.kind ?? SpanKind.INTERNAL],
      attributes: { ...options.attributes },
      traceId: spanContext.traceId,
      spanId: spanContext.spanId,
      parentSpanId: parent?.spanId,
      isEnded: false,
    };
    spans.push(recorded);
    const span: Span = {
      spanContext: () => spanContext,
      setAttribute: (key, value) => {
        recorded.attributes[key] = value;
        return span;
      },
      setStatus: ({ code, message }) => {
        if (code === SpanStatusCode.ERROR) recorded.error = message ?? '';
        return span;
      },
      end: () => {
        recorded.isEnded = true;
      },
      isRecording: () => true,
      setAttributes: () => span,
      addEvent: () => span,
      addLink: () => span,
      addLinks: () => span,
      updateName: () => span,
      recordException: () => {},
    };
    return span;
  };
  const startActiveSpan = (): never => {
    throw new Error('No one uses it.');
  };
  context.setGlobalContextManager(manager);
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan, startActiveSpan }) });
  return {
    spans,
    stop: () => {
      trace.disable();
      context.disable();
    },
  };
}
