import { drawEventSourceFaults } from '../../local/eventSource/faults.ts';
import { claimFeatures, claimFunctions, functionsOfClaim } from './claim.features.ts';
import { startTestCloud } from './testCloud.ts';

const arns = Object.entries(functionsOfClaim).map(([substitution, name]) => [
  substitution,
  `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
]);

// Every task is handed over twice, and every second record of the stream comes again.
claimFeatures((machinesDirectory) =>
  startTestCloud({
    machinesDirectory,
    functionsDirectory: claimFunctions,
    settings: { substitutions: Object.fromEntries(arns) },
    faults: {
      lambda: { seed: 7, functionNames: ['millrace-worker-host'], duplicate: 1 },
      eventSource: drawEventSourceFaults({ seed: 7, duplicateRecord: 0.5 }),
    },
  }),
);
