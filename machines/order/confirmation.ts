export interface Confirmation {
  readonly email: string;
  readonly trackingId: string;
}

/** Tells the customer. The example has no post office: this is where yours is called. */
export async function sendConfirmation({
  email,
  trackingId,
}: Confirmation): Promise<{ readonly sent: string }> {
  return { sent: `${trackingId} to ${email}` };
}
