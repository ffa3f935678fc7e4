/** The answers in the order of the items, with so many under way at once. */
export async function mapConcurrently<T, U>(
  items: readonly T[],
  atOnce: number,
  answer: (item: T) => Promise<U>,
): Promise<U[]> {
  const answers: U[] = [];
  let next = 0;
  const work = async () => {
    for (let i = next++; i < items.length; i = next++) {
      const item = items[i];
      if (item !== undefined) answers[i] = await answer(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
  return answers;
}
