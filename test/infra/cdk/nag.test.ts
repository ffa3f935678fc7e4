import { App, Stack, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { Millrace, type MillraceProps } from '../../../infra/cdk/index.ts';
import { emptyCode, network, outDirectory } from './synthesized.ts';

/** Synthesizes with the rules, which throw what they find. */
function check(
  props: (stack: Stack) => Partial<MillraceProps>,
  change: (millrace: Millrace, stack: Stack) => void = () => {},
): void {
  const app = new App({ outdir: outDirectory() });
  const stack = new Stack(app, 'Shop');
  const code = { machines: 'machines', code: emptyCode };
  change(new Millrace(stack, 'Orders', { ...code, ...props(stack) }), stack);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
}

function caller(stack: Stack): Role {
  return new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
}

describe('the AwsSolutions rules of cdk-nag', () => {
  it('find nothing in the construct as it comes', () => {
    expect(() => check(() => ({}))).not.toThrow();
  });

  it('find nothing in one with a bus, a network, a key and a bucket of its user', () => {
    expect(() =>
      check((stack) => ({
        bus: { endpoint: 'https://bus.example' },
        sfnEndpoint: true,
        vpc: network(stack),
        encryptionKey: new Key(stack, 'Key', { enableKeyRotation: true }),
        storeBucket: Bucket.fromBucketName(stack, 'Data', 'large-data'),
      })),
    ).not.toThrow();
  });

  it('find nothing in one with an event bus and rules', () => {
    const rules = {
      Placed: { eventPattern: { source: ['shop'] }, start: { machine: 'order' } },
    } as const;
    expect(() => check(() => ({ bus: {}, rules }))).not.toThrow();
  });

  it('find nothing in its grants', () => {
    expect(() =>
      check(
        () => ({}),
        (millrace, stack) => millrace.grantRead(caller(stack)),
      ),
    ).not.toThrow();
  });

  it('find what a user adds without a reason', () => {
    expect(() =>
      check(
        () => ({}),
        (millrace) => millrace.storeBucket.grantRead(millrace.worker('charge')),
      ),
    ).toThrow(/Worker-charge\/Role.*\n.*AwsSolutions-IAM5\[Action::s3:GetObject\*\]/);
  });
});
