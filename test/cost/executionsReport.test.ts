import { describe, expect, it } from 'vitest';
import type { MeasuredExecutions } from '../../tools/bench/prices.ts';
import type { DemoResult } from '../../tools/demo/demo.ts';
import { demoReport, demoTable } from '../../tools/demo/report.ts';
import { loansReport, loansTable } from '../../tools/loans/report.ts';
import type { LoansResult } from '../../tools/loans/runLoans.ts';

const measured: MeasuredExecutions = {
  executions: 3,
  taskSteps: 12,
  writeUnits: 36,
  readUnits: 3,
  orchestrator: { invocations: 3, billedDurationMs: 60, memorySizeMb: 512 },
  workerDurationMs: 360,
  stored: { total: 9000, journal: 3000 },
};

const demo: DemoResult = {
  machine: 'order',
  ends: [
    { executionId: 'o-1', status: 'SUCCEEDED', finalState: 'shipped' },
    { executionId: 'o-2', status: 'FAILED', finalState: 'charging' },
    { executionId: 'o-3', status: 'SUCCEEDED', finalState: 'shipped' },
  ],
  differences: [],
  seconds: 1.5,
  measured,
};

const loans: LoansResult = {
  machine: 'loan',
  statuses: ['SUCCEEDED', 'SUCCEEDED', 'RUNNING'],
  outcomes: { approved: 1, declined: 1, cancelled: 0, open: 1 },
  logged: { approved: 1, declined: 1, cancelled: 0, open: 1 },
  differences: [],
  seconds: 1.5,
  measured,
};

describe('the result as one JSON object', () => {
  it('of the sample orders has exactly these fields', () => {
    expect(demoReport(demo)).toEqual({
      machine: 'order',
      executions: 3,
      status: { SUCCEEDED: 2, FAILED: 1 },
      steps: 12,
      seconds: 1.5,
      writeUnits: 36,
      readUnits: 3,
      usdPerMillionExecutions: { millrace: 10.21, standard: 125, express: 1.21, durable: 40.52 },
    });
  });

  it('of the loan applications has the outcomes too', () => {
    const { usdPerMillionExecutions: _, ...report } = loansReport(loans);
    expect(report).toEqual({
      machine: 'loan',
      executions: 3,
      status: { SUCCEEDED: 2, RUNNING: 1 },
      outcomes: { approved: 1, declined: 1, cancelled: 0, open: 1 },
      steps: 12,
      seconds: 1.5,
      writeUnits: 36,
      readUnits: 3,
    });
  });
});

describe('the result as a table', () => {
  it('of the sample orders shows final states, what a step took, prices, and how to look at one', () => {
    const table = demoTable(demo, ['npx millrace dev --data FILE', 'npx millrace describe o-1']);
    expect(table).toEqual([
      "Executions of 'order' by final state",
      '  SUCCEEDED  shipped                   2',
      '  FAILED     charging                  1',
      '',
      '  task steps                          12',
      '  seconds                            1.5',
      '  steps a second                       8',
      '  write units a step                3.00',
      '  read units a step                 0.25',
      '',
      'A million such executions (docs/reference/cost.md)',
      '  Millrace                        $10.21',
      '  Step Functions Standard        $125.00',
      '  Step Functions Express           $1.21  at least once, 5 minutes at most',
      '  Lambda durable functions        $40.52',
      '',
      'A million steps in each way that they can take',
      '  stream                           $1.46  1 Lambda request a step',
      '  nudge                            $1.79  2 Lambda requests a step',
      '  inline                           $0.65  no Lambda request',
      '  checkpoint                       $0.01  no Lambda request',
      '  Step Functions Standard         $25.00',
      '  Step Functions Express           $0.15',
      '  Lambda durable functions         $8.00',
      '',
      'To look at one of them',
      '  npx millrace dev --data FILE',
      '  npx millrace describe o-1',
    ]);
  });

  it('of the loan applications shows what became of them beside what the log says', () => {
    const table = loansTable(loans, { firstMb: 90, lastMb: 95 });
    expect(table.slice(0, 6)).toEqual([
      '  3 applications              executions         log',
      '  approved                             1           1',
      '  declined                             1           1',
      '  cancelled                            0           0',
      '  open                                 1           1',
      'All cases agree.',
    ]);
    expect(table.slice(-2)).toEqual([
      '  in the first quarter             90 MB',
      '  in the last quarter              95 MB',
    ]);
  });

  it('says how many cases do not agree', () => {
    expect(loansTable({ ...loans, differences: ['case 1 …'] }, undefined)).toContain('1 cases do not agree.');
  });
});
