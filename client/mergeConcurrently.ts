/** Yields the values of several sources as they come. The first error ends all of the sources, and is thrown. */
export async function* mergeConcurrently<T>(
  sources: readonly AsyncGenerator<T, void, undefined>[],
): AsyncGenerator<T, void, undefined> {
  const nexts = new Map(sources.map((source) => [source, next(source)]));
  try {
    while (nexts.size > 0) {
      const { source, result } = await Promise.race(nexts.values());
      if (result.done) nexts.delete(source);
      else {
        nexts.set(source, next(source));
        yield result.value;
      }
    }
  } finally {
    await Promise.allSettled([...nexts.keys()].map((source) => source.return()));
    await Promise.allSettled(nexts.values());
  }
}

async function next<T>(source: AsyncGenerator<T, void, undefined>) {
  return { source, result: await source.next() };
}
