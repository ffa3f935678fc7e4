export const handler = async ({ amount, documents }) => ({
  score: Math.round(amount / (1 + documents.length)),
});
