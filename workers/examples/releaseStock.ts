import { defineWorker } from 'millrace/workers';
import type { Reservation } from './reserveStock.ts';

export interface Release {
  /** The reservation that is free again. */
  readonly released: Reservation;
}

/** Undoes a reservation. Twice is as good as once: a worker that undoes something may be tried again. */
export function releaseStock(reservation: Reservation): Release {
  return { released: reservation };
}

export const handler = defineWorker(releaseStock);
