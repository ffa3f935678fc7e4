import { isArray, isObject, type Json, type JsonObject } from '../json.ts';
import type { QueryLanguage } from '../template/ast.ts';
import type { Definition, State, StateGraph } from './model.ts';
import { choiceRuleOf } from './readChoice.ts';
import { amountOf, type Fields, failTextOf, flowOf, lazyTemplate, nextOf, textIn } from './readFields.ts';
import { handlingOf } from './readHandling.ts';
import { readMap } from './readMap.ts';

/**
 * A definition as the model has it. It must have been found valid before.
 *
 * @param value the definition's JSON
 */
export function readDefinition(value: JsonObject): Definition {
  const fields: Fields = asFields(value);
  const { TimeoutSeconds, Comment } = fields;
  return {
    ...readGraph(fields, 'JSONPath'),
    ...(typeof TimeoutSeconds === 'number' && { timeoutSeconds: TimeoutSeconds }),
    ...(typeof Comment === 'string' && { comment: Comment }),
  };
}

/** @param outer the language of what it is within */
export function readGraph(fields: Fields, outer: QueryLanguage): StateGraph {
  const language = languageOf(fields, outer);
  const states = Object.entries(asFields(fields.States ?? {})).map(([name, state]) =>
    readState(name, asFields(state), language),
  );
  return { startAt: textIn(fields, 'StartAt'), states };
}

function languageOf({ QueryLanguage }: Fields, outer: QueryLanguage): QueryLanguage {
  return QueryLanguage === 'JSONata' || QueryLanguage === 'JSONPath' ? QueryLanguage : outer;
}

function asFields(value: Json | JsonObject | undefined): Fields {
  return isObject(value) ? value : {};
}

function readState(name: string, fields: Fields, outer: QueryLanguage): State {
  const language = languageOf(fields, outer);
  const named = { name, language };
  const flow = flowOf(fields, language);
  const type = textIn(fields, 'Type');
  switch (type) {
    case 'Pass':
      return { ...named, type, flow, result: fields.Result, next: nextOf(fields) };
    case 'Task':
      return {
        ...named,
        ...handlingOf(fields, language),
        type,
        flow,
        resource: textIn(fields, 'Resource'),
        timeoutSeconds: amountOf(fields, 'TimeoutSeconds', language),
        heartbeatSeconds: amountOf(fields, 'HeartbeatSeconds', language),
        credentials: lazyTemplate(fields, 'Credentials', language),
        next: nextOf(fields),
      };
    case 'Choice': {
      const choices = isArray(fields.Choices) ? fields.Choices : [];
      return {
        ...named,
        type,
        flow,
        choices: choices.map((each) => choiceRuleOf(asFields(each), language)),
        default: typeof fields.Default === 'string' ? fields.Default : undefined,
      };
    }
    case 'Wait': {
      const seconds = amountOf(fields, 'Seconds', language);
      const amount = seconds ?? amountOf(fields, 'Timestamp', language);
      if (amount === undefined) throw new Error(`The Wait state '${name}' does not say how long.`);
      return {
        ...named,
        type,
        flow,
        until: { type: seconds ? 'seconds' : 'timestamp', amount },
        next: nextOf(fields),
      };
    }
    case 'Succeed':
      return { ...named, type, flow };
    case 'Fail':
      return {
        ...named,
        type,
        error: failTextOf(fields, 'Error', language),
        cause: failTextOf(fields, 'Cause', language),
      };
    case 'Parallel': {
      const branches = isArray(fields.Branches) ? fields.Branches : [];
      return {
        ...named,
        ...handlingOf(fields, language),
        type,
        flow,
        branches: branches.map((branch) => readGraph(asFields(branch), outer)),
        next: nextOf(fields),
      };
    }
    case 'Map': {
      const processor = readGraph(asFields(fields.ItemProcessor ?? fields.Iterator), outer);
      return {
        ...named,
        ...handlingOf(fields, language),
        ...readMap(fields, language, processor),
        type,
        flow,
        next: nextOf(fields),
      };
    }
    default:
      throw new Error(`The state '${name}' has the unknown type '${type}'.`);
  }
}
