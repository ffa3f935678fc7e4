import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ScheduleDescription } from '../description.ts';

/** The rules of schedules, by the name of the function that each starts. */
export function scheduleRules(
  schedules: readonly ScheduleDescription[],
  functionNamed: (functionName: string) => LambdaFunction,
): Readonly<Record<string, Rule>> {
  return Object.fromEntries(
    schedules.map(({ functionName, rateMinutes }) => [
      functionName,
      scheduleRule(functionNamed(functionName), rateMinutes),
    ]),
  );
}

/** Starts a function at a rate. */
function scheduleRule(target: LambdaFunction, rateMinutes: number): Rule {
  return new Rule(target.node.scope ?? target, 'Schedule', {
    schedule: Schedule.rate(Duration.minutes(rateMinutes)),
    // The next run makes up for a missed one.
    targets: [new LambdaTarget(target, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
  });
}
