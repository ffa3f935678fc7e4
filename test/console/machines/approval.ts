export { approval } from '../../support/approval.ts';
