import type { ComponentChildren } from 'preact';
import { RequestFailedError } from '../request.ts';

/** An error as the reader needs it: what happened, and what to do next. */
export function Problem({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof RequestFailedError ? error.code : undefined;
  return (
    <div class="notice problem" role="alert">
      <p>{message}</p>
      <p class="quiet">
        {code !== undefined && <code>{code}</code>}
        {retry && (
          <button type="button" class="small" onClick={retry}>
            Try again
          </button>
        )}
      </p>
    </div>
  );
}

export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="notice empty">
      <p class="title">{title}</p>
      {children && <div class="quiet">{children}</div>}
    </div>
  );
}

export function Loading({ what }: { readonly what: string }) {
  return (
    <p class="notice loading" role="status">
      Loading {what} …
    </p>
  );
}
