import { randomBytes } from 'node:crypto';

/** A service's answer of about so many bytes of JSON: fields that are alike, and from 120 bytes on as many random characters more. */
export function receiptOf(number: number, bytes: number): object {
  if (bytes <= 20) return { id: randomHex(8) };
  if (bytes <= 60) return { receiptId: randomHex(16), ok: true };
  const receipt = {
    receiptId: `rcpt-${randomHex(12)}`,
    amount: 4200 + number,
    currency: 'EUR',
    at: '2026-11-30T12:00:00.000Z',
  };
  const left = bytes - JSON.stringify({ ...receipt, note: '' }).length;
  return left <= 0 ? receipt : { ...receipt, note: randomBytes(left).toString('base64').slice(0, left) };
}

function randomHex(characters: number): string {
  return randomBytes(Math.ceil(characters / 2))
    .toString('hex')
    .slice(0, characters);
}
