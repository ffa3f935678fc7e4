// The worker without the SDK, deployed as it is shown in docs/reference/worker-contract.md.
export { handler } from '../../../workers/examples/plain.mjs';
