export { serviceWorkerName } from '../asl/integrations/serviceCall.ts';
export { installedClients, type ServiceClient, type ServiceClients } from './sdk/clients.ts';
export { serviceWork } from './serviceWork.ts';
