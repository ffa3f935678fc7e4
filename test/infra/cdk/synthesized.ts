import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { BundledFunctions } from '../../../infra/bundle.ts';
import { Millrace, type MillraceProps } from '../../../infra/cdk/index.ts';
import type { Template as TemplateJson } from '../../../infra/template/cloudFormation.ts';

export interface Synthesized {
  readonly stack: Stack;
  readonly millrace: Millrace;
  /** Synthesizes at its first use. */
  readonly template: Template;
}

const directory = await mkdtemp(join(tmpdir(), 'millrace-cdk-'));
// Not after a file: other files of this process have the module from its cache.
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));

/** Stands for bundles where only the infrastructure around them counts: each function has a folder of its own. */
export const emptyCode: BundledFunctions = {
  orchestrator: { codeDirectory: await folder('orchestrator'), bytes: 0 },
  workerHost: { codeDirectory: await folder('workerHost') },
  publisher: { codeDirectory: await folder('publisher') },
  ingest: { codeDirectory: await folder('ingest') },
  stepFunctions: { codeDirectory: await folder('stepFunctions') },
  workers: await Promise.all(
    ['charge', 'ship'].map(async (name) => ({
      name,
      codeDirectory: await folder(name),
      handler: 'index.handler',
    })),
  ),
  machineFiles: [],
};

/** A stack with a construct whose code is empty unless the props say otherwise. */
export function synthesized(
  props: Partial<MillraceProps> | ((stack: Stack) => Partial<MillraceProps>) = {},
  change: (millrace: Millrace, stack: Stack) => void = () => {},
): Synthesized {
  const stack = new Stack(new App({ outdir: outDirectory() }), 'Shop');
  const own = typeof props === 'function' ? props(stack) : props;
  const millrace = new Millrace(stack, 'Orders', { machines: 'machines', code: emptyCode, ...own });
  change(millrace, stack);
  let template: Template | undefined;
  return {
    stack,
    millrace,
    get template() {
      template ??= Template.fromStack(stack);
      return template;
    },
  };
}

/** A network that is there already. */
export function network(stack: Stack): IVpc {
  return Vpc.fromVpcAttributes(stack, 'Net', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['us-east-1a'],
    privateSubnetIds: ['subnet-0123456789abcdef0'],
  });
}

let apps = 0;

/** Removed with all others when the process ends. */
export function outDirectory(): string {
  return join(directory, `cdk.out-${apps++}`);
}

async function folder(name: string): Promise<string> {
  const path = join(directory, name);
  await mkdir(path);
  await writeFile(join(path, 'index.mjs'), `export const name = ${JSON.stringify(name)};`);
  return path;
}

/** The rights in a role's policies: `action on resource`, sorted, with logical ids as names. */
export function allowed(
  { template, stack }: Synthesized,
  { role }: { readonly role?: IRole | undefined },
): string[] {
  const reference: Reference = stack.resolve(role?.roleName);
  const isReferred = (each: Reference) => JSON.stringify(each) === JSON.stringify(reference);
  const policies: Found<Policy> = template.findResources('AWS::IAM::Policy');
  const managed: Found<{ readonly PolicyDocument: PolicyDocument }> =
    template.findResources('AWS::IAM::ManagedPolicy');
  const roles: Found<RoleProperties> = template.findResources('AWS::IAM::Role');
  const { Policies: inline = [], ManagedPolicyArns: shared = [] } =
    roles[reference.Ref ?? '']?.Properties ?? {};
  return [
    ...Object.values(policies)
      .flatMap(({ Properties }) => Properties ?? [])
      .filter(({ Roles }) => Roles.some(isReferred)),
    ...inline,
    ...shared.flatMap(({ Ref = '' }) => managed[Ref]?.Properties ?? []),
  ]
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Action, Resource }) =>
      [Action]
        .flat()
        .flatMap((action) => [Resource].flat().map((resource) => `${action} on ${nameOf(resource)}`)),
    )
    .sort();
}

interface Found<Properties> {
  readonly [id: string]: { readonly Properties?: Properties };
}

interface PolicyDocument {
  readonly Statement: readonly {
    readonly Action: string | string[];
    readonly Resource: string | Reference | (string | Reference)[];
  }[];
}

interface Policy {
  readonly Roles: readonly Reference[];
  readonly PolicyDocument: PolicyDocument;
}

interface RoleProperties {
  readonly Policies?: readonly { readonly PolicyDocument: PolicyDocument }[];
  readonly ManagedPolicyArns?: readonly Reference[];
}

interface Reference {
  readonly Ref?: string;
  readonly 'Fn::GetAtt'?: readonly [string, string];
  readonly 'Fn::Join'?: readonly [string, readonly (string | Reference)[]];
}

/** Without the hashes that the CDK appends to logical ids. */
export function nameOf(resource: string | Reference): string {
  if (typeof resource === 'string') return resource;
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = resource;
  if (join) return join[1].map(nameOf).join('');
  const [id = '', name = ''] = ref === undefined ? (attribute ?? []) : [ref];
  const short = id.replace(/^Orders/, '').replace(/[0-9A-F]{8}$/, '');
  return name === '' || name === 'Arn' ? short : `${short}.${name}`;
}

/** Every function's code is somewhere. */
export function assetsOf({ Resources = {} }: TemplateJson): ReadonlyMap<string, string> {
  return new Map(
    Object.values(Resources).flatMap(({ Properties }) => {
      const code = Properties?.Code;
      return typeof code === 'object' && code !== null && 'S3Key' in code
        ? [[String(code.S3Key), 'code']]
        : [];
    }),
  );
}
