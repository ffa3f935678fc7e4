import { heldStream, nudgedMachines, nudgeFeatures } from './nudges.features.ts';
import { startTestCloud } from './testCloud.ts';

nudgeFeatures('millrace-', () =>
  startTestCloud({
    machinesDirectory: nudgedMachines,
    settings: { nudge: true },
    faults: { eventSource: heldStream() },
  }),
);
