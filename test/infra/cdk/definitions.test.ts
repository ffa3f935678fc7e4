import { Template } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import type { DefinitionNeeds } from '../../../asl/check/needs.ts';
import { needsOf } from '../../../asl/check/needs.ts';
import { allowed, emptyCode, synthesized } from './synthesized.ts';

const functionOf = (scope: Construct, id: string) =>
  new LambdaFunction(scope, id, {
    runtime: Runtime.NODEJS_24_X,
    code: Code.fromInline('exports.handler = async () => {}'),
    handler: 'index.handler',
  });

const task = (Resource: string, Parameters?: { readonly [key: string]: string }) => ({
  Type: 'Task',
  Resource,
  ...(Parameters && { Parameters }),
  End: true,
});
const placeholder = (name: string) => `$\{${name}}`;
const invoke = 'arn:aws:states:::lambda:invoke';

function codeWith(...states: readonly ReturnType<typeof task>[]) {
  const definition = {
    StartAt: 's0',
    States: Object.fromEntries(states.map((state, n) => [`s${n}`, state])),
  };
  const definitions: Readonly<Record<string, DefinitionNeeds>> = { orders: needsOf(definition) };
  return { ...emptyCode, definitions };
}

const invocationsOf = (made: ReturnType<typeof synthesized>) =>
  allowed(made, made.millrace.workerHost).filter((each) => each.startsWith('lambda:'));

describe('functions that only definitions name', () => {
  it('may be invoked by the worker host: these, by ARN or name, and no others', () => {
    const made = synthesized((stack) => {
      const charge = functionOf(stack, 'Charge');
      const ship = functionOf(stack, 'Ship');
      return {
        substitutions: { ChargeArn: charge.functionArn, ShipName: ship.functionName, Env: 'prod' },
        code: codeWith(
          task(placeholder('ChargeArn')),
          task(invoke, { FunctionName: placeholder('ShipName') }),
          task(`${invoke}.waitForTaskToken`, {
            FunctionName: `mail-${placeholder('Env')}`,
            Qualifier: 'live',
          }),
          task('arn:aws:lambda:us-east-1:123456789012:function:label:4'),
        ),
      };
    });
    const own = 'arn:AWS::Partition:lambda:AWS::Region:AWS::AccountId:function';
    expect(invocationsOf(made)).toEqual(
      [
        'Charge',
        'FailedFunction',
        `${own}:Ship`,
        `${own}:mail-prod:live`,
        'arn:aws:lambda:us-east-1:123456789012:function:label:4',
      ]
        .map((arn) => `lambda:InvokeFunction on ${arn}`)
        .sort(),
    );
  });

  it('and its buckets read, listed and written', () => {
    const map = (Resource: string) => ({
      Type: 'Map',
      ItemReader: { Resource, Parameters: { Bucket: placeholder('In') } },
      ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'out', Prefix: 'p' } },
    });
    const definition = {
      StartAt: 'A',
      States: { A: map('arn:aws:states:::s3:getObject'), B: map('arn:aws:states:::s3:listObjectsV2') },
    };
    const code = { ...emptyCode, definitions: { orders: needsOf(definition) } };
    const made = synthesized({ substitutions: { In: 'in' }, code });
    const own = allowed(made, made.millrace.workerHost).filter((each) => each.includes(':s3:::'));
    expect(own).toEqual([
      's3:GetObject on arn:AWS::Partition:s3:::in/*',
      's3:ListBucket on arn:AWS::Partition:s3:::in',
      's3:PutObject on arn:AWS::Partition:s3:::out/*',
    ]);
  });

  it('reach the functions that load machines as substitutions', () => {
    const { template } = synthesized((stack) => ({
      substitutions: { ChargeArn: functionOf(stack, 'Charge').functionArn },
      code: codeWith(task(placeholder('ChargeArn'))),
    }));
    const functions = Object.values(template.findResources('AWS::Lambda::Function'));
    const given = functions.flatMap(({ Properties }) => {
      const value = Properties?.Environment?.Variables?.MILLRACE_SUBSTITUTIONS;
      return value === undefined ? [] : [JSON.stringify(value)];
    });
    expect(given.length).toBeGreaterThan(2);
    for (const each of given) expect(each).toMatch(/\{\\"ChargeArn\\":\\"".*Fn::GetAtt.*Charge/);
  });
});

describe('substitutions', () => {
  it.each([
    [{ ChargeArm: 'arn' }, /No definition has '\$\{ChargeArm\}'\. Did you mean 'ChargeArn'\?/],
    [
      { ChargeArm: 'arn' },
      /'orders' calls '\$\{ChargeArn\}', which has no value: .* Did you mean 'ChargeArm'\?/,
    ],
    [{}, /'orders' calls '\$\{ChargeArn\}', which has no value/],
  ])('%j are refused where they are not those of a definition', (substitutions, message) => {
    const made = synthesized({ substitutions, code: codeWith(task(placeholder('ChargeArn'))) });
    expect(() => Template.fromStack(made.stack)).toThrow(message);
  });
});
