export { trip } from '../../support/trip.ts';
