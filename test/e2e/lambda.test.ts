import { lambdaFeatures, testFunctions } from './lambda.features.ts';
import { startTestCloud } from './testCloud.ts';

lambdaFeatures(() => startTestCloud({ functionsDirectory: testFunctions }));
