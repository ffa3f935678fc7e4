export interface Confirmation {
  readonly email: string;
  readonly trackingId: string;
}

/** Notifies the customer. The example does not send mail: call your mail service here. */
export async function sendConfirmation({
  email,
  trackingId,
}: Confirmation): Promise<{ readonly sent: string }> {
  return { sent: `${trackingId} to ${email}` };
}
