import type { IMetric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { EventSourceMapping, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type MetricName, metricNamespace } from '../../orchestrator/observability/metricDefinitions.ts';
import type { CalledFunction } from './calledFunctions.ts';
import type { DeployedFunctions } from './deployedFunctions.ts';
import {
  type CountedReport,
  failedExecutions,
  givenUpRecords,
  type OwnMetricOptions,
  ownMetric,
  reportMetric,
  sumOver,
} from './metrics.ts';

/** The functions of a construct, and the names that they are measured by. */
export interface FunctionsOfConstruct {
  readonly deployed: DeployedFunctions;
  /** Functions that know nothing of Millrace. */
  readonly called: readonly CalledFunction[];
  readonly functionPrefix: string;
}

/** The functions of a construct, each by what it does, and the metrics of them. */
export abstract class MillraceFunctions extends Construct {
  protected abstract get functionsOfConstruct(): FunctionsOfConstruct;

  /** Takes the stream. */
  get orchestrator(): LambdaFunction {
    return this.functionsOfConstruct.deployed.ofRole('orchestrator');
  }

  /** Fires what is due. */
  get wake(): LambdaFunction {
    return this.functionsOfConstruct.deployed.ofRole('wake');
  }

  /** Finds what is due. */
  get clock(): LambdaFunction {
    return this.functionsOfConstruct.deployed.ofRole('clock');
  }

  /** Catches up executions whose records a function did not take, and those that `millrace doctor` finds. */
  get recovery(): LambdaFunction {
    return this.functionsOfConstruct.deployed.ofRole('recovery');
  }

  /** Hears of workers that died, and fails their attempts. */
  get failed(): LambdaFunction {
    return this.functionsOfConstruct.deployed.ofRole('failed');
  }

  /** Runs the machines' plain `fromPromise` actors: what they need is granted to it. */
  get workerHost(): LambdaFunction {
    return this.functionsOfConstruct.deployed.ofRole('workerHost');
  }

  /** Hands events to the bus; undefined where there is none. */
  get publisher(): LambdaFunction | undefined {
    return this.functionsOfConstruct.deployed.find('publisher');
  }

  /** Turns events of a bus into starts and events of executions; undefined where there are no rules. */
  get ingest(): LambdaFunction | undefined {
    return this.functionsOfConstruct.deployed.find('ingest');
  }

  /** Serves the API of Step Functions; undefined without `sfnEndpoint`. */
  get stepFunctions(): LambdaFunction | undefined {
    return this.functionsOfConstruct.deployed.find('stepFunctions');
  }

  /** Invocations of workers and of called functions, which may have other callers: attempts of tasks. */
  metricSteps(options?: MetricOptions): IMetric {
    return sumOver(
      [...this.functionsOfConstruct.deployed.tasks, ...this.functionsOfConstruct.called],
      'Invocations',
      'Task steps',
      options,
    );
  }

  /** How far the orchestrator is behind the stream, in milliseconds. */
  metricIteratorAge(options?: MetricOptions): IMetric {
    return this.orchestrator.metric('IteratorAge', { statistic: 'Maximum', ...options });
  }

  /** Records of the stream that a function did not take in all attempts. */
  metricGivenUpRecords(mapping: EventSourceMapping, options?: MetricOptions): IMetric {
    return givenUpRecords(mapping, options);
  }

  /** Throttled invocations of Millrace's own functions. */
  metricThrottles(options?: MetricOptions): IMetric {
    return sumOver(this.#own, 'Throttles', 'Throttled invocations', options);
  }

  /**
   * A metric that the functions publish themselves, such as `Commits`: docs/monitoring.md has them all. Without a machine, one that
   * is published of each machine is a search, which a dashboard can show and an alarm cannot take.
   */
  metric(name: MetricName, options?: OwnMetricOptions): IMetric {
    return ownMetric(this.functionsOfConstruct.functionPrefix, name, options);
  }

  /** Executions that became FAILED or TIMED_OUT, of a machine or of all. */
  metricFailedExecutions(options?: OwnMetricOptions): IMetric {
    return failedExecutions(this.functionsOfConstruct.functionPrefix, options);
  }

  /** How often the functions' logs have a report, such as `waiting`. */
  metricReports(report: CountedReport, options?: MetricOptions): IMetric {
    return reportMetric(metricNamespace(this.functionsOfConstruct.functionPrefix), report, options);
  }

  get #own(): LambdaFunction[] {
    return this.functionsOfConstruct.deployed.own.map((each) => each.function);
  }
}
