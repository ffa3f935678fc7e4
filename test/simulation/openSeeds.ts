/**
 * Seeds that still fail, by the invariant that breaks. The page of reliability says what is known of each. The test of the
 * simulation expects them to fail in this way, so a fix has to take them off this list.
 */
export const openSeeds: ReadonlyMap<number, string> = new Map();
