import {
  checkChoice,
  checkNumber,
  checkOptions,
  type KeysOf,
} from '../../orchestrator/core/policy/options.ts';
import type { Variables } from '../template/evaluate.ts';
import type { ParallelOptions, StateMakers } from './makers.ts';
import type {
  CallOptions,
  CatcherOptions,
  ChoiceOption,
  ChoiceOptions,
  FailOptions,
  FlowOptions,
  HandlingOptions,
  Leads,
  MapOptions,
  PassOptions,
  RetrierOptions,
  TaskOptions,
  WaitOptions,
} from './options.ts';

const leads: KeysOf<Leads> = { target: true };
const flow: KeysOf<FlowOptions> = {
  queryLanguage: true,
  output: true,
  inputPath: true,
  outputPath: true,
  assign: true,
};
const call: KeysOf<CallOptions> = {
  ...flow,
  arguments: true,
  parameters: true,
  resultSelector: true,
  resultPath: true,
};
const handling: KeysOf<HandlingOptions> = { retry: true, catch: true };
const pass: KeysOf<PassOptions> = { ...call, ...leads, result: true };
const task: KeysOf<TaskOptions> = {
  ...call,
  ...handling,
  ...leads,
  timeoutSeconds: true,
  heartbeatSeconds: true,
};
const choice: KeysOf<ChoiceOptions<string>> = { ...flow, choices: true, otherwise: true };
const wait: KeysOf<WaitOptions> = { ...flow, ...leads, seconds: true, timestamp: true };
const succeed: KeysOf<FlowOptions & Leads> = { ...flow, ...leads };
const fail: KeysOf<FailOptions> = { queryLanguage: true, error: true, cause: true };
const parallel: KeysOf<ParallelOptions<string, Variables>> = {
  ...call,
  ...handling,
  ...leads,
  branches: true,
};
const map: KeysOf<MapOptions> = {
  ...call,
  ...handling,
  ...leads,
  items: true,
  itemSelector: true,
  itemBatcher: true,
  itemReader: true,
  resultWriter: true,
  maxConcurrency: true,
  distributed: true,
  toleratedFailureCount: true,
  toleratedFailurePercentage: true,
};
const retrier: KeysOf<RetrierOptions> = {
  errors: true,
  intervalSeconds: true,
  maxAttempts: true,
  backoffRate: true,
  maxDelaySeconds: true,
  jitter: true,
};
const catcher: KeysOf<CatcherOptions> = {
  ...leads,
  errors: true,
  resultPath: true,
  output: true,
  assign: true,
};
const choiceOption: KeysOf<ChoiceOption<string>> = { ...leads, guard: true, output: true, assign: true };
const itemBatcher: KeysOf<Required<MapOptions>['itemBatcher']> = {
  batchInput: true,
  maxItemsPerBatch: true,
  maxInputBytesPerBatch: true,
};
const itemReader: KeysOf<Required<MapOptions>['itemReader']> = {
  resource: true,
  parameters: true,
  config: true,
};

const optionKeys: Readonly<Record<keyof StateMakers<string, Variables>, Readonly<Record<string, true>>>> = {
  passState: pass,
  taskState: task,
  choiceState: choice,
  waitState: wait,
  succeedState: succeed,
  failState: fail,
  parallelState: parallel,
  mapState: map,
};

/** The bounds of Amazon States Language for the numbers of a retrier. */
const retrierNumbers = {
  intervalSeconds: { least: 1, isWhole: true },
  maxAttempts: { least: 0, isWhole: true },
  backoffRate: { least: 1 },
  maxDelaySeconds: { least: 1, isWhole: true },
} as const;

/** The same for numbers that an expression may give in their place. */
const stateNumbers = {
  timeoutSeconds: { least: 1, isWhole: true },
  heartbeatSeconds: { least: 1, isWhole: true },
  seconds: { least: 0, isWhole: true },
  maxConcurrency: { least: 0, isWhole: true },
  toleratedFailureCount: { least: 0, isWhole: true },
  toleratedFailurePercentage: { least: 0, most: 100 },
} as const;

/** The options within the options of a state. */
interface WithParts {
  readonly queryLanguage?: unknown;
  readonly retry?: readonly RetrierOptions[];
  readonly catch?: readonly unknown[];
  readonly choices?: readonly unknown[];
  readonly itemBatcher?: unknown;
  readonly itemReader?: unknown;
}

/** @throws UnknownOptionError */
export function checkStateOptions(maker: keyof typeof optionKeys, state: string, options: WithParts): void {
  const what = `${maker}('${state}')`;
  checkOptions(what, options, optionKeys[maker]);
  checkChoice(what, 'queryLanguage', options.queryLanguage, ['JSONata', 'JSONPath']);
  for (const [name, rule] of Object.entries(stateNumbers)) {
    const value: unknown = Reflect.get(options, name);
    if (typeof value === 'number') checkNumber(what, name, value, rule);
  }
  for (const [index, each] of (options.retry ?? []).entries()) {
    checkOptions(`${what}: retry[${index}]`, each, retrier);
    checkChoice(`${what}: retry[${index}]`, 'jitter', each.jitter, ['FULL', 'NONE']);
    for (const [name, rule] of Object.entries(retrierNumbers)) {
      checkNumber(`${what}: retry[${index}]`, name, Reflect.get(each, name), rule);
    }
  }
  const lists = [
    ['catch', catcher],
    ['choices', choiceOption],
  ] as const;
  for (const [name, keys] of lists) {
    for (const [index, each] of (options[name] ?? []).entries()) {
      checkOptions(`${what}: ${name}[${index}]`, each, keys);
    }
  }
  checkOptions(`${what}: itemBatcher`, options.itemBatcher, itemBatcher);
  checkOptions(`${what}: itemReader`, options.itemReader, itemReader);
}
