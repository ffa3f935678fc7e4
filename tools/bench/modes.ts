/** The ways of a step that benches can measure; the first is today's default. */
export const modes = ['stream', 'nudge', 'inline', 'checkpoint'] as const;
export type Mode = (typeof modes)[number];
