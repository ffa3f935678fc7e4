/** What XState's tests use and Node 20 does not have. */
if (!('withResolvers' in Promise)) {
  Object.assign(Promise, {
    withResolvers<Value>() {
      let resolve: (value: Value) => void = () => undefined;
      let reject: (reason: unknown) => void = () => undefined;
      const promise = new Promise<Value>((onResolve, onReject) => {
        resolve = onResolve;
        reject = onReject;
      });
      return { promise, resolve, reject };
    },
  });
}
