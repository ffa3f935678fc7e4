/** The stock of each warehouse. It never changes, so that a sample order always ends in the same way. */
const stock: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  Rotterdam: { 'desk-lamp': 40, 'oak-shelf': 12, 'tea-kettle': 55, 'reading-chair': 3 },
  Leipzig: { 'desk-lamp': 25, 'oak-shelf': 18, 'wool-rug': 9, 'reading-chair': 2 },
  Torino: { 'desk-lamp': 60, 'wool-rug': 14, 'tea-kettle': 30, 'wall-clock': 21, 'reading-chair': 4 },
};

/** In the order in which they are asked. */
export const warehouses: readonly string[] = Object.keys(stock);

export function stockOf(warehouse: string, sku: string): number {
  return stock[warehouse]?.[sku] ?? 0;
}
