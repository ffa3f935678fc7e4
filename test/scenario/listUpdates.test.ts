import {
  deliveries,
  describeListUpdates,
  describeRedrives,
  halve,
  halving,
  type ListForm,
} from './listUpdates.features.ts';

const forms: [name: string, form: ListForm][] = [
  ['of tasks', { actor: halve, count: 120 }],
  ['of machines', { actor: halving, count: 120 }],
];

for (const [name, form] of forms) {
  describeListUpdates(name, form, deliveries);
  describeRedrives(name, form);
}
