import type { Json, JsonObject } from '../json.ts';
import type { State, StateGraph } from '../model/model.ts';
import { readDefinition } from '../model/readDefinition.ts';
import type { Problem } from '../validate/problem.ts';
import { within } from '../validate/problem.ts';
import { unknownErrorNames } from './errorNames.ts';
import { type AliasUse, needsOf } from './needs.ts';
import { resourceUses } from './resources.ts';

/** Where a valid definition does something else here than on Step Functions, or less. */
export function differencesOf(definition: { readonly [key: string]: Json }): readonly Problem[] {
  return [
    ...differencesIn(readDefinition(definition), ''),
    ...unknownErrorNames(definition),
    ...unsupported(definition),
    ...needsOf(definition).aliases.map(aliasProblem),
  ];
}

function aliasProblem({ path, arn }: AliasUse): Problem {
  return {
    severity: 'warning',
    code: 'DIFFERS',
    pointer: '',
    message: `The state '${path}' starts an execution by an alias (${arn}). Machines have no aliases here: it fails with Millrace.UnsupportedResource`,
    remedy: 'name a version of the machine, or leave the alias out for the newest version',
  };
}

function unsupported(definition: JsonObject): readonly Problem[] {
  return resourceUses(definition)
    .filter(({ isSupported }) => !isSupported)
    .map(({ path, resource, feature, impossible }) => ({
      severity: 'warning',
      code: 'UNSUPPORTED_RESOURCE',
      pointer: '',
      message:
        `The state '${path}' calls ${feature} (${resource}), which Millrace does not call` +
        `${impossible === undefined ? '' : `: ${impossible.reason}`}. The state fails with Millrace.UnsupportedResource`,
      remedy: impossible?.instead ?? 'call it from a Lambda function, or mock it in tests',
    }));
}

function* differencesIn({ states }: StateGraph, pointer: string): Generator<Problem> {
  for (const state of states) {
    const place = within(pointer, 'States', state.name);
    yield* ofState(state, place);
    if (state.type === 'Map') yield* differencesIn(state.processor, within(place, 'ItemProcessor'));
    if (state.type === 'Parallel') {
      for (const [index, branch] of state.branches.entries())
        yield* differencesIn(branch, within(place, 'Branches', index));
    }
  }
}

function* ofState(state: State, pointer: string): Generator<Problem> {
  const differs = (message: string, remedy: string): Problem => ({
    severity: 'warning',
    code: 'DIFFERS',
    pointer,
    message,
    remedy,
  });
  if (state.type === 'Task' && /:http:invoke$/.test(state.resource)) {
    yield differs(
      'http:invoke cannot read the secret of an EventBridge connection',
      "put the connection's headers into a secret of Secrets Manager, and name it in `connections` of the construct: docs/services.md",
    );
  }
  if (
    state.type === 'Task' &&
    /\.sync(?::2)?$/.test(state.resource) &&
    !/:states:startExecution/.test(state.resource)
  ) {
    if (/Task\.Token/.test(JSON.stringify(state.flow())))
      yield differs(
        'Task.Token does not exist where a state waits for a job of a service, which nothing but the job ends',
        'use .waitForTaskToken, or leave the token out',
      );
  }
  if (state.type === 'Task' && state.heartbeatSeconds) {
    const takesHeartbeats = /\.waitForTaskToken$|:states:startExecution\.sync(?::2)?$|:activity:/.test(
      state.resource,
    );
    if (!takesHeartbeats)
      yield differs(
        'HeartbeatSeconds has no effect without .waitForTaskToken, as on Step Functions',
        'leave it out',
      );
  }
}
