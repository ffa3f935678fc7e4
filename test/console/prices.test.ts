import { expect, it } from 'vitest';
import type { ExecutionRecording } from '../../client/index.ts';
import { writeUnitsOf } from '../../console/server/prices.ts';
import { inlinedText } from '../../orchestrator/core/execution/model/inlinedResult.ts';
import { appendToLog, emptyLog } from '../../orchestrator/core/execution/model/log.ts';

const steps = 20;

/** The log of so many promises whose results the worker host has kept in it. */
const log = Array.from({ length: steps }, (_, task) => task).reduce((text, task) => {
  const output = { receipt: `receipt-of-task-${task}`, at: 'the warehouse in Rotterdam, gate 7' };
  const reference = `task#${task}#1`;
  const inlined = inlinedText({ result: { status: 'SUCCEEDED', output } });
  return appendToLog(text, task, {
    kind: 'inlined',
    reference,
    at: task,
    verdict: { type: 'applied' },
    inlined,
  });
}, emptyLog(0));

const execution: ExecutionRecording['execution'] = {
  executionId: 'order-17',
  machine: 'order',
  status: 'SUCCEEDED',
  version: steps + 1,
  startedAt: 0,
  updatedAt: steps,
  log,
  logSegments: 0,
  tasks: [],
};

it('a commit of a chain costs what its deflated log takes', () => {
  expect(log.length).toBeGreaterThan(1024);
  const units = writeUnitsOf({ recording: 1, execution, journal: [], log: [log] });
  expect(units[1]).toEqual({ what: '21 commits of the execution', writeUnits: 21 });
});
