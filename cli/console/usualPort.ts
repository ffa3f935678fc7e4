/**
 * The console's port if none is asked for. A browser stores the theme and the inputs that were sent for the address of a page,
 * so the address should be the same each time.
 */
export const usualPort = 4673;

/** Starts something on a port, or on a free one if another program has it. */
export async function startOnUsualPort<T>(start: (port: number) => Promise<T>, port = usualPort): Promise<T> {
  try {
    return await start(port);
  } catch (error) {
    if (!isInUse(error)) throw error;
    return start(0);
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
