/**
 * Maps items with at most `concurrency` calls under way, in order of completion. The source is read as results are
 * taken. At the first error, of the source or of a call, no more is read; it is thrown when the calls under way have
 * settled.
 */
export async function* mapConcurrently<T, R>(
  source: Iterable<T> | AsyncIterable<T>,
  concurrency: number,
  map: (item: T, index: number) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const items = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const calls = new Set<Promise<Arrival<T, R>>>();
  let reading: Promise<Arrival<T, R>> | undefined;
  let isExhausted = false;
  let index = 0;
  try {
    for (;;) {
      if (!reading && !isExhausted && calls.size < Math.max(1, concurrency)) {
        reading = Promise.resolve(items.next()).then((item) => ({ type: 'item', item }));
      }
      if (!reading && calls.size === 0) return;
      const arrival = await Promise.race(reading ? [reading, ...calls] : calls);
      if (arrival.type === 'result') {
        calls.delete(arrival.call());
        yield arrival.value;
        continue;
      }
      reading = undefined;
      if (arrival.item.done) {
        isExhausted = true;
        continue;
      }
      const call: Promise<Arrival<T, R>> = map(arrival.item.value, index).then((value) => ({
        type: 'result',
        value,
        call: () => call,
      }));
      calls.add(call);
      index += 1;
    }
  } finally {
    await Promise.allSettled(calls);
    if (!isExhausted) {
      const returned = Promise.resolve(items.return?.());
      // A source that is still being read may never answer, and is not waited for.
      if (reading) returned.catch(() => {});
      else await returned;
    }
  }
}

type Arrival<T, R> =
  | { readonly type: 'item'; readonly item: IteratorResult<T, unknown> }
  | { readonly type: 'result'; readonly value: R; readonly call: () => Promise<Arrival<T, R>> };
