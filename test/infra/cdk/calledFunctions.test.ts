import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { Millrace, type MillraceProps } from '../../../infra/cdk/index.ts';
import { emptyCode, outDirectory, synthesized } from './synthesized.ts';

const invoiceOf = (scope: Construct, retryAttempts?: number) =>
  new LambdaFunction(scope, 'Invoice', {
    runtime: Runtime.NODEJS_24_X,
    code: Code.fromInline('exports.handler = async () => {}'),
    handler: 'index.handler',
    ...(retryAttempts !== undefined && { retryAttempts }),
  });

describe('a called function of another stack of the app', () => {
  it('is deployed before Millrace, which lets it hand its results over', () => {
    const app = new App({ outdir: outDirectory() });
    const billing = new Stack(app, 'Billing');
    const invoice = invoiceOf(billing);
    const shop = new Stack(app, 'Shop');
    new Millrace(shop, 'Orders', {
      machines: 'machines',
      code: emptyCode,
      functions: { invoice: { function: invoice } },
    });
    const template = Template.fromStack(shop);
    expect(shop.dependencies).toEqual([billing]);
    expect(billing.dependencies).toEqual([]);
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { 'Fn::ImportValue': Match.stringLikeRegexp('^Billing:.*Invoice') },
      Qualifier: '$LATEST',
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ 'Fn::ImportValue': Match.stringLikeRegexp('^Billing:.*InvoiceServiceRole') }],
    });
  });
});

describe('an imported called function', () => {
  const imported = (mutable: boolean) =>
    synthesized((stack) => ({
      functions: {
        invoice: {
          function: LambdaFunction.fromFunctionAttributes(stack, 'Invoice', {
            functionArn: 'arn:aws:lambda:us-east-1:111111111111:function:invoice',
            sameEnvironment: true,
            role: Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111111111111:role/invoice', { mutable }),
          }),
        },
      },
    }));

  it('gets its configuration after its role may hand results over, which Lambda checks', () => {
    const { template } = imported(true);
    const [policy] = Object.keys(
      template.findResources('AWS::IAM::Policy', { Properties: { Roles: ['invoice'] } }),
    );
    expect(policy).toBeDefined();
    template.hasResource('AWS::Lambda::EventInvokeConfig', {
      Properties: { FunctionName: 'invoice' },
      DependsOn: [policy],
    });
  });

  it('is refused where its role takes no permission', () => {
    expect(() => imported(false)).toThrow(/import it as one that may be changed/);
  });
});

describe('the configuration of a called function', () => {
  it('is that of the alias that is called', () => {
    const { template } = synthesized((stack) => ({
      functions: { invoice: { function: invoiceOf(stack).addAlias('live') } },
    }));
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^Invoice') },
      Qualifier: 'live',
    });
  });

  it('is refused where the function has one already, its own or that of another deployment', () => {
    const refused = /has destinations or retries of its own already/;
    expect(() =>
      synthesized((stack) => ({ functions: { invoice: { function: invoiceOf(stack, 1) } } })),
    ).toThrow(refused);
    expect(() =>
      synthesized((stack) => {
        const functions = { invoice: { function: invoiceOf(stack) } };
        new Millrace(stack, 'First', { machines: 'machines', code: emptyCode, functions });
        return { functions };
      }),
    ).toThrow(refused);
  });
});

describe('steps of called functions', () => {
  const costOf = (props: Partial<MillraceProps>) => {
    const { template } = synthesized((stack) => ({
      ...props,
      functions: { invoice: { function: invoiceOf(stack) } },
    }));
    const [body = ''] = JSON.stringify(template.findResources('AWS::CloudWatch::Dashboard')).split(
      'Age of the stream',
    );
    return body;
  };

  it('are what the cost of a million is divided by, as Millrace counts them', () => {
    expect(costOf({})).toMatch(/SUM\(SEARCH\([^)]*Steps[^)]*\)\)[^}]*steps/);
  });

  it('are their invocations where Millrace publishes no metrics', () => {
    expect(costOf({ metrics: false })).toMatch(/Invocations[^{}]*FunctionName[^{}]*\{"Ref":"Invoice/);
  });

  it('are in the metric of steps', () => {
    let invocations: unknown;
    synthesized(
      (stack) => ({ functions: { invoice: { function: invoiceOf(stack) } } }),
      (millrace, stack) => {
        const metric = millrace.metricSteps();
        invocations = stack.resolve(metric instanceof MathExpression && Object.values(metric.usingMetrics));
      },
    );
    expect(invocations).toContainEqual(
      expect.objectContaining({
        dimensions: { FunctionName: { Ref: expect.stringMatching(/^Invoice/) } },
      }),
    );
  });
});
