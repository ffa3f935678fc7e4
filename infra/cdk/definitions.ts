import { Annotations, ArnFormat, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnFunction, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { FunctionNeed } from '../../asl/check/needs.ts';
import { nearest } from '../../orchestrator/core/data/nearest.ts';
import type { DefinitionsNeeds } from '../bundle/definitionNeeds.ts';
import { InvalidDeploymentError } from './errors.ts';
import { allowInvoke } from './permissions.ts';

export type Substitutions = Readonly<Record<string, string>>;

/**
 * Refuses substitutions that no definition has, and placeholders that a state cannot do without and that have no value.
 *
 * @throws InvalidDeploymentError
 */
export function checkSubstitutions(needs: DefinitionsNeeds, substitutions: Substitutions): void {
  const given = Object.keys(substitutions);
  const known = [...new Set(Object.values(needs).flatMap(({ placeholders }) => placeholders))];
  const problems = [
    ...given
      .filter((name) => !known.includes(name))
      .map((name) => `No definition has '\${${name}}'.${hint(nearest(name, known))}`),
    ...Object.entries(needs).flatMap(([machine, { requiredPlaceholders }]) =>
      requiredPlaceholders
        .filter((name) => !given.includes(name))
        .map(
          (name) =>
            `The definition '${machine}' calls '\${${name}}', which has no value: add it to substitutions.` +
            hint(nearest(name, given)),
        ),
    ),
  ];
  if (problems.length > 0) throw new InvalidDeploymentError(problems.join('\n'));
}

function hint(name: string | undefined): string {
  return name === undefined ? '' : ` Did you mean '${name}'?`;
}

/** Lets the worker host invoke the functions, and use the buckets, that definitions name: these, and no others. */
export function allowFunctionsOfDefinitions(
  scope: Construct,
  workerHost: LambdaFunction,
  needs: DefinitionsNeeds,
  substitutions: Substitutions,
): void {
  const arns = new Set(
    Object.values(needs).flatMap(({ functions }) =>
      functions.map((need) => functionArn(scope, need, substitutions)),
    ),
  );
  if (arns.size > 0) allowInvoke(workerHost, [...arns]);
  const buckets = Object.values(needs).flatMap((need) => need.buckets);
  for (const access of ['read', 'list', 'write'] as const) {
    const names = buckets
      .filter((each) => each.access === access)
      .map(({ bucket }) => withValues(bucket, substitutions));
    const resources = [...new Set(names)].map((name) => bucketArn(scope, name, access));
    if (resources.length > 0) {
      workerHost.addToRolePolicy(new PolicyStatement({ actions: [bucketActions[access]], resources }));
    }
  }
  for (const [machine, { unknownFunctions }] of Object.entries(needs)) {
    for (const path of unknownFunctions) {
      Annotations.of(scope).addWarningV2(
        `millrace:unknownFunction:${machine}/${path}`,
        `The state '${path}' of the definition '${machine}' invokes a function that its data name: allow it with ` +
          '`fn.grantInvoke(millrace.workerHost)`.',
      );
    }
  }
}

const bucketActions = { read: 's3:GetObject', list: 's3:ListBucket', write: 's3:PutObject' } as const;

function bucketArn(scope: Construct, name: string, access: keyof typeof bucketActions): string {
  const arn = Stack.of(scope).formatArn({ service: 's3', region: '', account: '', resource: name });
  return access === 'list' ? arn : `${arn}/*`;
}

function functionArn(scope: Construct, need: FunctionNeed, substitutions: Substitutions): string {
  const named = withValues(need.function, substitutions);
  const arn = isArn(named)
    ? named
    : Stack.of(scope).formatArn({
        service: 'lambda',
        resource: 'function',
        resourceName: named,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
  const { qualifier } = need;
  return qualifier === undefined ? arn : `${arn}:${withValues(qualifier, substitutions)}`;
}

function withValues(text: string, substitutions: Substitutions): string {
  return text.replace(/\$\{([A-Za-z0-9_.:-]+)\}/g, (written, name: string) =>
    Object.hasOwn(substitutions, name) ? (substitutions[name] ?? written) : written,
  );
}

/** The resource that a token refers to says it: a function's `Ref` is its name, and all else that may stand here is an ARN. */
function isArn(text: string): boolean {
  if (!Token.isUnresolved(text)) return text.startsWith('arn:');
  const fragments = Tokenization.reverseString(text);
  const token = fragments.length === 1 ? fragments.firstToken : undefined;
  return !(
    token !== undefined &&
    Reference.isReference(token) &&
    token.displayName === 'Ref' &&
    token.target instanceof CfnFunction
  );
}
