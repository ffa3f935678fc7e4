/** The timeout of the wake function. */
export const wakeTimeoutSeconds = 60;

/**
 * How long the clock waits for a call of the wake function: longer than the function can run and longer than it takes to connect,
 * because a call that is given up is made again while the first one still runs.
 */
export const wakeCallTimeoutSeconds = wakeTimeoutSeconds + 5;
