class InvalidClaim extends Error {
  name = 'InvalidClaim';
}

export const handler = async ({ amount, documents = [] }) => {
  if (!(amount > 0)) throw new InvalidClaim(`A claim of ${amount} is not valid.`);
  return { amount, documents };
};
