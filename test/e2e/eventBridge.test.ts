import { eventBridgeFeatures, shopRules } from './eventBridge.features.ts';
import { startTestCloud } from './testCloud.ts';

eventBridgeFeatures(() =>
  startTestCloud({
    bus: true,
    rules: shopRules,
    faults: { lambda: { seed: 5, functionNames: ['millrace-ingest'], duplicate: 1 } },
  }),
);
