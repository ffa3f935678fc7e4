export interface Parcel {
  readonly orderId: string;
  readonly warehouse: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

export interface Label {
  readonly trackingId: string;
}

/** Countries that each warehouse's carrier delivers to. */
const deliveries: Readonly<Record<string, readonly string[]>> = {
  Rotterdam: ['NL', 'BE', 'LU', 'DE', 'GB', 'FR', 'DK'],
  Leipzig: ['DE', 'PL', 'CZ', 'AT', 'DK', 'NL', 'BE'],
  Torino: ['IT', 'FR', 'CH', 'AT', 'SI', 'DE', 'NL', 'BE', 'CZ'],
};

/** The warehouse's carrier does not deliver to the address. */
export class NoCarrierError extends Error {
  override readonly name = 'NoCarrier';
}

export async function printLabel({ orderId, warehouse, country }: Parcel): Promise<Label> {
  if (!deliveries[warehouse]?.includes(country)) {
    throw new NoCarrierError(`No carrier takes a parcel from '${warehouse}' to '${country}'.`);
  }
  return { trackingId: `${country}-${orderId}` };
}
