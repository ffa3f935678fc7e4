/** The settings of a new project. */
export interface Project {
  readonly name: string;
  /** The version of the package that makes it. */
  readonly millraceVersion: string;
  readonly versions: Readonly<Record<ProjectPackage, string>>;
}

export const projectPackages = [
  '@types/node',
  'aws-cdk-lib',
  'constructs',
  'typescript',
  'vitest',
  'xstate',
] as const;

export type ProjectPackage = (typeof projectPackages)[number];

/** The files of a new project, by path. */
export function projectFiles(project: Project): Readonly<Record<string, string>> {
  return {
    'package.json': packageJson(project),
    'tsconfig.json': tsconfig,
    '.gitignore': 'node_modules/\n.millrace/\ncdk.out/\n',
    'README.md': readme(project),
    'machines/expense.ts': machine,
    'workers/assess.ts': workerModule,
    'test/expense.test.ts': machineTest,
    'infra/app.mjs': app(project),
    'cdk.json': `${JSON.stringify({ app: 'node infra/app.mjs' }, undefined, 2)}\n`,
  };
}

function packageJson({ name, millraceVersion, versions }: Project): string {
  const { xstate, ...development } = versions;
  const manifest = {
    name,
    private: true,
    type: 'module',
    scripts: {
      dev: 'millrace dev',
      test: 'vitest run',
      types: 'tsc',
      synth: 'node infra/app.mjs',
    },
    dependencies: { millrace: millraceVersion, xstate },
    devDependencies: development,
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

const tsconfig = `{
  "compilerOptions": {
    "target": "es2023",
    "module": "nodenext",
    "types": ["node"],
    "strict": true,
    "noUncheckedIndexedAccess": true,
    "verbatimModuleSyntax": true,
    "allowImportingTsExtensions": true,
    "skipLibCheck": true,
    "noEmit": true
  },
  "include": ["machines", "workers", "test"]
}
`;

const workerModule = `import { defineWorker } from 'millrace/workers';

export interface Expense {
  /** In cents. */
  readonly amount: number;
  readonly purpose: string;
}

export interface Assessment {
  readonly needsApproval: boolean;
}

/** A person decides from this amount on, in cents. */
const approvalFrom = 10_000;

export function assess({ amount, purpose }: Expense): Assessment {
  if (purpose === '') throw new RangeError('An expense needs a purpose.');
  return { needsApproval: amount >= approvalFrom };
}

// The file's name is the worker's name. Deployed, it is a Lambda function of its own.
export const handler = defineWorker(assess);
`;

const machine = `import { worker } from 'millrace/workers';
import { assign, setup } from 'xstate';
import type { Assessment, Expense } from '../workers/assess.ts';

export const expense = setup({
  types: {
    input: {} as Expense,
    context: {} as Expense & { approvedBy: string | null },
    events: {} as { type: 'APPROVE'; by: string } | { type: 'REJECT' },
    output: {} as { approvedBy: string | null },
  },
  actors: {
    // workers/assess.ts
    assess: worker<Expense, Assessment>({ timeout: '30s', retry: { maxAttempts: 3 } }),
  },
  delays: { patience: 7 * 24 * 60 * 60 * 1000 },
}).createMachine({
  id: 'expense',
  version: '1',
  context: ({ input }) => ({ ...input, approvedBy: null }),
  initial: 'assessing',
  states: {
    assessing: {
      invoke: {
        src: 'assess',
        input: ({ context: { amount, purpose } }) => ({ amount, purpose }),
        onDone: [
          { guard: ({ event }) => event.output.needsApproval, target: 'waiting' },
          { target: 'approved', actions: assign({ approvedBy: 'policy' }) },
        ],
      },
    },
    // A second or a week: waiting costs nothing.
    waiting: {
      on: {
        APPROVE: { target: 'approved', actions: assign({ approvedBy: ({ event }) => event.by }) },
        REJECT: 'rejected',
      },
      after: { patience: 'rejected' },
    },
    approved: { type: 'final' },
    rejected: { type: 'final' },
  },
  output: ({ context }) => ({ approvedBy: context.approvedBy }),
});
`;

const machineTest = `import { testCloud } from 'millrace/testing';
import { expect, test } from 'vitest';
import { expense } from '../machines/expense.ts';
import { assess } from '../workers/assess.ts';

test('a small expense is approved at once', async () => {
  const cloud = testCloud([expense], { assess });
  const { executionId } = await cloud.start(expense, { input: { amount: 900, purpose: 'a mug' } });
  const { output } = await cloud.runToEnd(executionId, { machine: expense });
  expect(output).toEqual({ approvedBy: 'policy' });
});

test('a large expense waits for a person, and is rejected after a week without an answer', async () => {
  const cloud = testCloud([expense], { assess });
  const { executionId } = await cloud.start(expense, { input: { amount: 39_500, purpose: 'a kettle' } });
  await cloud.runUntil(executionId, 'waiting');
  await cloud.skip('7d');
  expect(await cloud.describe(executionId)).toMatchObject({ state: 'rejected' });
});
`;

function app({ name }: Project): string {
  return `import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Millrace } from 'millrace/infra/cdk';

const app = new App({ outdir: 'cdk.out' });
const stack = new Stack(app, '${stackName(name)}');
const millrace = new Millrace(stack, 'Millrace', { machines: 'machines', workers: 'workers' });
new CfnOutput(stack, 'TableName', { value: millrace.table.tableName });
app.synth();
`;
}

/** CloudFormation takes letters, digits and hyphens, and a letter first. */
function stackName(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const camel = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^[A-Za-z]/.test(camel) ? camel : `Stack${camel}`;
}

function readme({ name }: Project): string {
  return `# ${name}

A [Millrace](https://www.npmjs.com/package/millrace) project: an expense is approved at once, or waits up to a week for a person.

\`\`\`sh
npm install
npx millrace dev
\`\`\`

\`dev\` keeps a cloud running on this machine and deploys again what you change. In a second terminal:

\`\`\`sh
npx millrace start expense --id expense-1 --input '{"amount":39500,"purpose":"a kettle"}'
npx millrace send expense-1 APPROVE --data '{"by":"Ada"}'
npx millrace wait expense-1
\`\`\`

\`npm test\` runs the machine in memory, where a week takes a millisecond. \`npm run synth\` writes the CloudFormation
template to \`cdk.out\`; \`npx cdk deploy\` deploys it.
`;
}
