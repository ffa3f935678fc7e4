// A function as anybody has it: it knows nothing of Millrace.

class CardDeclined extends Error {
  name = 'CardDeclined';
}

export const handler = async ({ how, amount, millrace }) => {
  switch (how) {
    case 'throw':
      throw new CardDeclined(`${amount} is too much`);
    case 'exit':
      return process.exit(3);
    case 'hang':
      return new Promise((resolve) => setTimeout(resolve, 7_000));
    case 'once more':
      if (millrace.attempt === 1) throw new CardDeclined('not yet');
      return { total: amount, key: millrace.idempotencyKey };
    case 'say nothing':
      return undefined;
    default:
      return { total: amount * 2, key: millrace.idempotencyKey };
  }
};
