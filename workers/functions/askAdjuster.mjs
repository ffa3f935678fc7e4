/** Would send a message with the token, with which the adjuster's answer comes. */
export const handler = async ({ token, amount }) => {
  console.log(JSON.stringify({ message: `A claim of ${amount} is to be decided.`, token }));
};
