import { defineWorker } from 'millrace/workers';
import { stockOf, warehouses } from './warehouse/stock.ts';

export interface ReserveStockInput {
  readonly orderId: string;
  readonly sku: string;
  readonly quantity: number;
  /** Warehouses that are not to be asked. */
  readonly except: readonly string[];
}

/** An order's reservation in a warehouse. */
export interface Reservation {
  readonly orderId: string;
  readonly warehouse: string;
}

/** No warehouse that may be asked holds enough. */
export class OutOfStockError extends Error {
  override readonly name = 'OutOfStock';
}

/** Reserves in the first warehouse that holds enough. */
export function reserveStock({ orderId, sku, quantity, except }: ReserveStockInput): Reservation {
  const warehouse = warehouses.find((each) => !except.includes(each) && stockOf(each, sku) >= quantity);
  if (warehouse === undefined) throw new OutOfStockError(`No warehouse has ${quantity} of '${sku}'.`);
  return { orderId, warehouse };
}

export const handler = defineWorker(reserveStock);
