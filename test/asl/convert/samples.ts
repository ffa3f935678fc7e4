import { dataSamples } from './dataSamples.ts';
import { listSamples } from './listSamples.ts';
import { stateSamples } from './stateSamples.ts';

/** A definition of each state type, in both query languages, with all of its fields. */
export const samples = { ...stateSamples, ...listSamples, ...dataSamples } as const;
