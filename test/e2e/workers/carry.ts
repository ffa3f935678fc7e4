import { defineWorker, type Task } from 'millrace/workers';

export interface CarryInput {
  readonly label: string;
}

export interface Carried {
  readonly attempts: number;
}

class TruckBrokeDown extends Error {}

/** Needs a second attempt. */
export const handler = defineWorker((_: CarryInput, task: Task): Carried => {
  if (task.attempt === 1) throw new TruckBrokeDown('Another truck is on its way.');
  return { attempts: task.attempt };
});
