class AccountClosed extends Error {
  name = 'AccountClosed';
}

/** The key is the same however often the function is invoked for a claim: the bank pays once. */
export const handler = async ({ key, amount, account }) => {
  if (account === 'closed') throw new AccountClosed('The account takes no payments.');
  return { reference: `${key}-${amount}` };
};
