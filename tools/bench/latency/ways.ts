/** The ways that a step can take. */
export const ways = ['stream', 'nudge', 'inline', 'checkpoint'] as const;
export type Way = (typeof ways)[number];
