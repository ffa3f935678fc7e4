import { join } from 'node:path';
import { App, ArnFormat, CfnOutput, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Construct } from 'constructs';
import { packageDirectory } from './bundle/build.ts';
import { Millrace } from './cdk/index.ts';

/** Functions that `machines/claim.asl.json` names, which something else deploys, by the substitution of their ARN. */
const functionsOfClaim = {
  ValidateClaimArn: 'validateClaim',
  ScoreClaimArn: 'scoreClaim',
  ScanDocumentArn: 'scanDocument',
  AskAdjusterArn: 'askAdjuster',
  PayClaimArn: 'payClaim',
};

/** An app as a user would write it: this repository's own example machines and workers, in any account and region. */
class ExampleStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const functions = Object.entries(functionsOfClaim).map(([substitution, name]) => [
      substitution,
      this.formatArn({
        service: 'lambda',
        resource: 'function',
        resourceName: name,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    ]);
    const millrace = new Millrace(this, 'Orders', {
      machines: join(packageDirectory, 'machines'),
      workers: join(packageDirectory, 'workers/examples'),
      substitutions: Object.fromEntries(functions),
    });
    new CfnOutput(this, 'TableName', { value: millrace.table.tableName });
    new CfnOutput(this, 'StoreBucketName', { value: millrace.storeBucket.bucketName });
  }
}

const app = new App({ outdir: process.env.CDK_OUTDIR ?? join(packageDirectory, 'cdk.out') });
new ExampleStack(app, 'MillraceExample');
Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { verbose: true }));
app.synth();
