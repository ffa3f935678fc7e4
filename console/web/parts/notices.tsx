import type { ComponentChildren } from 'preact';
import { links } from '../location.ts';
import { RequestFailedError } from '../request.ts';
import { visible } from '../visible.ts';

/** An error as the reader needs it: what happened, and what to do next. */
export function Problem({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof RequestFailedError ? error.code : undefined;
  const isMissing = error instanceof RequestFailedError && error.status === 404;
  return (
    <div class="notice problem" role="alert">
      <p>{visible(message)}</p>
      <p class="quiet">
        {code !== undefined && <code>{code}</code>}
        {retry && (
          <button type="button" class="small" onClick={retry}>
            Try again
          </button>
        )}
        {isMissing && <a href={links.executions()}>See all executions</a>}
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
