export { order } from '../../../machines/order.ts';
