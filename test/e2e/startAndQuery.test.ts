import { startAndQueryFeatures } from './startAndQuery.features.ts';
import { startTestCloud } from './testCloud.ts';

startAndQueryFeatures(() => startTestCloud());
