import {
  type ListedObject,
  type ObjectStore,
  StoreNotConfiguredError,
} from '../../orchestrator/store/objectStore.ts';
import { openStore } from '../../orchestrator/store/openStore.ts';

/** A bucket that a definition names. */
export interface Bucket {
  readonly store: ObjectStore;
  /** The store's key of one of the bucket's. */
  keyOf(key: string): string;
  /** The objects whose keys begin with the prefix, in the order of their keys. */
  list(prefix: string): Promise<readonly ListedObject[]>;
}

/**
 * On AWS, the bucket of this name. Where large data is in a folder, as on a laptop, the bucket is a folder of its name
 * there.
 *
 * @throws StoreNotConfiguredError
 */
export function bucketNamed(name: string, deployments: ObjectStore | undefined): Bucket {
  if (deployments === undefined) throw new StoreNotConfiguredError(name);
  return deployments.url.startsWith('s3:')
    ? bucketOf(openStore(`s3://${name}`), '')
    : bucketOf(deployments, `${name}/`);
}

function bucketOf(store: ObjectStore, base: string): Bucket {
  return {
    store,
    keyOf: (key) => `${base}${key}`,
    list: async (prefix) => {
      const wanted = `${base}${prefix}`;
      // A folder lists folders.
      const listed = base === '' ? prefix : wanted.slice(0, wanted.lastIndexOf('/') + 1);
      const found: ListedObject[] = [];
      for await (const object of store.list(listed)) {
        if (object.key.startsWith(wanted)) found.push({ ...object, key: object.key.slice(base.length) });
      }
      return found.sort((a, b) => (a.key < b.key ? -1 : 1));
    },
  };
}
