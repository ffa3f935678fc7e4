import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InvalidTemplateError } from './cloudFormation.ts';

/** The part of a stack's asset manifest that says where code is. */
interface AssetManifest {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path?: string };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

/**
 * Folders of the unpacked assets of a synthesized stack, by the key that they are uploaded under.
 *
 * @throws InvalidTemplateError
 */
export async function assetDirectories(templateFile: string): Promise<ReadonlyMap<string, string>> {
  const manifestFile = templateFile.replace(/\.template\.json$/, '.assets.json');
  if (manifestFile === templateFile) {
    throw new InvalidTemplateError(
      `${templateFile} is not named as synthesis does: give cdk.out/<stack>.template.json.`,
    );
  }
  const manifest: AssetManifest = JSON.parse(await readFile(manifestFile, 'utf8'));
  return new Map(
    Object.values(manifest.files ?? {}).flatMap(({ source, destinations }) =>
      Object.values(destinations).map(
        ({ objectKey }) => [objectKey, join(dirname(templateFile), source.path ?? '')] as const,
      ),
    ),
  );
}
