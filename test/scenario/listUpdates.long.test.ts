import { deliveries, describeListUpdates, halve, halving } from './listUpdates.features.ts';

describeListUpdates('of tasks in parts', { actor: halve, count: 450 }, deliveries);
describeListUpdates('of machines in parts', { actor: halving, count: 450 }, deliveries);
