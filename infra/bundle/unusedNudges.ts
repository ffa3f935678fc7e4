import type { NudgeSetting } from '../../orchestrator/configuration/configuration.ts';

/**
 * Warnings about machines and workers that say `nudge: true` in a deployment without nudges, where it has no effect.
 *
 * @param wanted undefined where the machines are not known
 * @param instead how to turn nudges on
 */
export function unusedNudges(
  wanted: readonly string[] | undefined,
  nudge: NudgeSetting | undefined,
  instead: string,
): readonly string[] {
  if (nudge !== undefined && nudge !== false) return [];
  return (wanted ?? []).map(
    (place) => `${place}: nudge has no effect, because this deployment has no nudges. Instead: ${instead}.`,
  );
}
