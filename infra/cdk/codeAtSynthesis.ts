import { type CfnResource, Lazy } from 'aws-cdk-lib';
import { Code, type CodeConfig } from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';

/**
 * Code that several functions run, and that is made only when the app is synthesized: until then machines may be added
 * to it.
 */
export class CodeAtSynthesis extends Code {
  readonly isInline = false;
  readonly #resources: CfnResource[] = [];
  #asset: Asset | undefined;

  override bind(): CodeConfig {
    return {
      s3Location: {
        bucketName: Lazy.string({ produce: () => this.#made.s3BucketName }),
        objectKey: Lazy.string({ produce: () => this.#made.s3ObjectKey }),
      },
    };
  }

  override bindToResource(resource: CfnResource): void {
    this.#resources.push(resource);
  }

  make(scope: Construct, id: string, codeDirectory: string): void {
    const asset = new Asset(scope, id, { path: codeDirectory });
    for (const resource of this.#resources) asset.addResourceMetadata(resource, 'Code');
    this.#asset = asset;
  }

  get #made(): Asset {
    if (this.#asset) return this.#asset;
    throw new Error('The code of a function was asked for before synthesis had made it.');
  }
}
