import { FolderStore } from './folderStore.ts';
import { type ObjectStore, storeVariable } from './objectStore.ts';
import { S3Store } from './s3Store.ts';

/** The problem with the URL of a store, if there is one. */
export function storeUrlProblem(url: string, variable: string = storeVariable): string | undefined {
  const shapes = 'set it to s3://bucket/prefix or file:///folder, or leave it out';
  if (!URL.canParse(url)) return `${variable} is '${url}', which is not a URL: ${shapes}.`;
  const { protocol, hostname } = new URL(url);
  const isKnown = (protocol === 's3:' && hostname !== '') || (protocol === 'file:' && hostname === '');
  return isKnown ? undefined : `${variable} is '${url}': ${shapes}.`;
}

/** Opens the store of a URL that {@link storeUrlProblem} finds no fault with. Nothing is called or loaded yet. */
export function openStore(url: string): ObjectStore {
  return new URL(url).protocol === 's3:' ? new S3Store({ url }) : new FolderStore(url);
}
