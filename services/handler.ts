import { defineWorker } from '../workers/defineWorker.ts';
import { installedClients } from './sdk/clients.ts';
import { serviceWork } from './serviceWork.ts';

/** The service worker: the function that calls AWS services for Step Functions definitions. */
export const handler = defineWorker(serviceWork(installedClients()));
