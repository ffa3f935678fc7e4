export { loan } from '../../../machines/loan.ts';
