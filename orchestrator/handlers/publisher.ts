import { setTimeout as sleep } from 'node:timers/promises';
import { allBuses } from '../bus/allBuses.ts';
import type { Bus } from '../bus/bus.ts';
import { EventBridgeBus } from '../bus/eventBridgeBus.ts';
import { HttpBus } from '../bus/httpBus.ts';
import {
  environmentVariable,
  InvalidConfigurationError,
  readConfiguration,
} from '../configuration/configuration.ts';
import { checkOptions } from '../core/policy/options.ts';
import { serviceName } from '../observability/metricDefinitions.ts';
import { createLogger, structuredReporter } from '../observability/structuredLog.ts';
import { publishHandler } from './publish.ts';

export {
  type Bus,
  type BusEvent,
  detailType,
  type ExecutionEmitted,
  type ExecutionEmittedEvent,
  type ExecutionStatusChange,
  type ExecutionStatusChangeEvent,
  eventSourceName,
  type PublishFailure,
  type PublishResult,
} from '../bus/bus.ts';
export { BusUnavailableError } from '../bus/httpBus.ts';

/** A bus that is away for a moment costs none of the few deliveries that the stream has. */
const retryPausesMs = [100, 500, 2000];

export interface PublisherModule {
  /** A bus of one's own, beside the one that the environment names. */
  readonly bus?: Bus;
}

/**
 * The handler of the publisher function: `publish`, for the table's stream. It publishes to the bus that it is given, to
 * the event bus of EventBridge that `MILLRACE_EVENT_BUS` names, and to the endpoint that `MILLRACE_BUS_ENDPOINT` names.
 *
 * @throws InvalidConfigurationError where there is none of them
 */
export function createPublisher(options: PublisherModule = {}) {
  checkOptions('createPublisher()', options, { bus: true });
  const { bus } = options;
  const endpoint = process.env[environmentVariable.busEndpoint];
  const eventBusName = process.env[environmentVariable.eventBus];
  const buses = [
    ...(bus ? [bus] : []),
    ...(eventBusName ? [new EventBridgeBus({ eventBusName })] : []),
    ...(endpoint ? [new HttpBus(endpoint)] : []),
  ];
  if (buses.length === 0) {
    throw new InvalidConfigurationError(
      `The publisher has no bus: set ${environmentVariable.eventBus} or ${environmentVariable.busEndpoint}, or give it a module that exports \`bus\`.`,
    );
  }
  const { functionPrefix } = readConfiguration(process.env);
  const report = structuredReporter(createLogger(serviceName(functionPrefix)));
  return {
    publish: publishHandler({ bus: allBuses(buses), report, retryPausesMs, sleep }),
  };
}
