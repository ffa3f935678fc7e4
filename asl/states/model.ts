import { isObject } from '../json.ts';
import { lazily } from '../lazily.ts';
import type {
  Catcher,
  ChoiceRule,
  ChoiceState,
  FailState,
  FailText,
  Flow,
  Handling,
  ItemBatcher,
  ItemReader,
  MapState,
  Next,
  ParallelState,
  PassState,
  StateGraph,
  SucceedState,
  TaskState,
  WaitState,
} from '../model/model.ts';
import { resultPathIn, selectionIn } from '../model/readFields.ts';
import type { QueryLanguage } from '../template/ast.ts';
import { type ChoiceGuard, conditionOf } from './conditions.ts';
import { amountIn, templateOf, type Value } from './expressions.ts';
import type {
  CallOptions,
  CatcherOptions,
  ChoiceOption,
  ChoiceOptions,
  FailOptions,
  FlowOptions,
  HandlingOptions,
  MapOptions,
  PassOptions,
  TaskOptions,
  WaitOptions,
} from './options.ts';
import type { ResourceCall } from './resource.ts';

/** States from what a converted machine says of them: the model that a definition is read into. */
export class ModelOf {
  readonly #language: QueryLanguage;

  constructor(language: QueryLanguage) {
    this.#language = language;
  }

  pass(name: string, options: PassOptions): PassState {
    return {
      ...this.#named(name, options),
      type: 'Pass',
      flow: this.#flow(options),
      result: options.result,
      next: nextOf(options.target),
    };
  }

  task(name: string, options: TaskOptions, call: ResourceCall): TaskState {
    const { timeoutSeconds, heartbeatSeconds } = options;
    return {
      ...this.#named(name, options),
      ...this.#handling(options),
      type: 'Task',
      resource: call.resource,
      flow: this.#flow(options),
      timeoutSeconds: amount(timeoutSeconds, 'TimeoutSeconds') ?? call.timeoutSeconds,
      heartbeatSeconds: amount(heartbeatSeconds, 'HeartbeatSeconds') ?? call.heartbeatSeconds,
      next: nextOf(options.target),
    };
  }

  choice<Guard extends string>(
    name: string,
    options: ChoiceOptions<Guard>,
    guardOf: (guard: Guard) => ChoiceGuard | undefined,
  ): ChoiceState {
    return {
      ...this.#named(name, options),
      type: 'Choice',
      flow: this.#flow(options),
      choices: options.choices.map((choice) => ruleOf(name, choice, guardOf(choice.guard))),
      default: options.otherwise,
    };
  }

  wait(name: string, options: WaitOptions): WaitState {
    const seconds = amount(options.seconds, 'Seconds');
    const until = seconds ?? amount(options.timestamp, 'Timestamp');
    if (until === undefined) throw new Error(`The Wait state '${name}' needs seconds or a timestamp.`);
    return {
      ...this.#named(name, options),
      type: 'Wait',
      flow: this.#flow(options),
      until: { type: seconds ? 'seconds' : 'timestamp', amount: until },
      next: nextOf(options.target),
    };
  }

  succeed(name: string, options: FlowOptions): SucceedState {
    return { ...this.#named(name, options), type: 'Succeed', flow: this.#flow(options) };
  }

  fail(name: string, options: FailOptions): FailState {
    return {
      ...this.#named(name, options),
      type: 'Fail',
      error: failText(options.error, 'Error'),
      cause: failText(options.cause, 'Cause'),
    };
  }

  parallel(
    name: string,
    options: CallOptions & HandlingOptions & { readonly target: string },
    branches: readonly StateGraph[],
  ): ParallelState {
    return {
      ...this.#named(name, options),
      ...this.#handling(options),
      type: 'Parallel',
      flow: this.#flow(options),
      branches,
      next: nextOf(options.target),
    };
  }

  map(name: string, options: MapOptions, processor: StateGraph): MapState {
    const { itemSelector, itemBatcher, itemReader, items, resultWriter } = options;
    const itemsField = this.#languageOf(options) === 'JSONata' ? 'Items' : 'ItemsPath';
    return {
      ...this.#named(name, options),
      ...this.#handling(options),
      type: 'Map',
      flow: this.#flow(options),
      isDistributed: options.distributed ?? false,
      items: template(items, itemsField),
      itemSelector: template(itemSelector, 'ItemSelector'),
      itemBatcher: itemBatcher && lazily(() => batcherOf(itemBatcher)),
      itemReader: itemReader && lazily(() => readerOf(itemReader)),
      resultWriter: template(resultWriter, 'ResultWriter'),
      maxConcurrency: amount(options.maxConcurrency, 'MaxConcurrency'),
      toleratedFailureCount: amount(options.toleratedFailureCount, 'ToleratedFailureCount'),
      toleratedFailurePercentage: amount(options.toleratedFailurePercentage, 'ToleratedFailurePercentage'),
      label: undefined,
      processor,
      next: nextOf(options.target),
    };
  }

  #languageOf({ queryLanguage }: { readonly queryLanguage?: QueryLanguage }): QueryLanguage {
    return queryLanguage ?? this.#language;
  }

  #named(
    name: string,
    options: { readonly queryLanguage?: QueryLanguage },
  ): { readonly name: string; readonly language: QueryLanguage } {
    return { name, language: this.#languageOf(options) };
  }

  #flow(options: CallOptions): () => Flow {
    const language = this.#languageOf(options);
    return lazily(() =>
      language === 'JSONata'
        ? {
            language,
            arguments: template(options.arguments, 'Arguments')?.(),
            output: template(options.output, 'Output')?.(),
            assign: template(options.assign, 'Assign')?.(),
          }
        : {
            language,
            inputPath: selectionIn(pathIn('InputPath', options.inputPath), 'InputPath'),
            parameters: template(options.parameters, 'Parameters')?.(),
            resultSelector: template(options.resultSelector, 'ResultSelector')?.(),
            resultPath: resultPathIn(pathIn('ResultPath', options.resultPath)),
            outputPath: selectionIn(pathIn('OutputPath', options.outputPath), 'OutputPath'),
            assign: template(options.assign, 'Assign')?.(),
          },
    );
  }

  #handling({ retry = [], catch: catchers = [] }: HandlingOptions): Handling {
    return {
      retry: retry.map((each) => ({
        errors: each.errors,
        intervalSeconds: each.intervalSeconds ?? 1,
        maxAttempts: each.maxAttempts ?? 3,
        backoffRate: each.backoffRate ?? 2,
        maxDelaySeconds: each.maxDelaySeconds,
        jitter: each.jitter ?? 'NONE',
      })),
      catch: catchers.map(catcherOf),
    };
  }
}

function nextOf(target: string): Next {
  return { type: 'state', name: target };
}

function pathIn(key: string, path: string | null | undefined): { readonly [key: string]: string | null } {
  return path === undefined ? {} : { [key]: path };
}

function template(value: Value | undefined, field: string) {
  return value === undefined ? undefined : lazily(() => templateOf(value, field));
}

function amount(value: Value | undefined, field: string) {
  return value === undefined ? undefined : lazily(() => amountIn(value, field));
}

function catcherOf(catcher: CatcherOptions): Catcher {
  return {
    errors: catcher.errors,
    resultPath: lazily(() => resultPathIn(pathIn('ResultPath', catcher.resultPath))),
    output: template(catcher.output, 'Output'),
    assign: template(catcher.assign, 'Assign'),
    next: catcher.target,
  };
}

function ruleOf<Guard extends string>(
  state: string,
  choice: ChoiceOption<Guard>,
  guard: ChoiceGuard | undefined,
): ChoiceRule {
  const condition = guard && conditionOf(guard);
  if (condition === undefined)
    throw new Error(
      `The guard '${choice.guard}' of the Choice state '${state}' is not one that when() made.`,
    );
  return {
    text: choice.guard,
    condition: () => condition,
    output: template(choice.output, 'Output'),
    assign: template(choice.assign, 'Assign'),
    next: choice.target,
  };
}

function failText(value: Value | undefined, field: string): (() => FailText) | undefined {
  if (value === undefined) return undefined;
  return lazily(() => {
    const read = templateOf(value, field);
    const isPath = read.type === 'path' || read.type === 'call';
    return { template: isPath ? templateOf(value, `${field}Path`) : read, isPath };
  });
}

function batcherOf(batcher: NonNullable<MapOptions['itemBatcher']>): ItemBatcher {
  return {
    batchInput: template(batcher.batchInput, 'BatchInput')?.(),
    maxItems: amount(batcher.maxItemsPerBatch, 'MaxItemsPerBatch')?.(),
    maxBytes: amount(batcher.maxInputBytesPerBatch, 'MaxInputBytesPerBatch')?.(),
  };
}

function readerOf({ resource, parameters, config = {} }: NonNullable<MapOptions['itemReader']>): ItemReader {
  return {
    resource,
    parameters: template(parameters, 'ItemReader')?.(),
    config: isObject(config) ? config : {},
  };
}
