import { impossibilityOf, isSupported } from '../integrations/integrationOf.ts';
import { type Resource, resourceOf } from '../integrations/resource.ts';
import type { Impossible } from '../integrations/supported.ts';
import { isObject, type JsonObject } from '../json.ts';
import { readDefinition } from '../model/readDefinition.ts';
import { tasksOf } from '../model/tasks.ts';

/** Something outside of the definition that a state calls. */
export interface ResourceUse {
  /** The definition's names from its start, divided by slashes. */
  readonly path: string;
  readonly resource: string;
  /** Its name in short: `lambda`, `dynamodb:putItem`, `aws-sdk:s3`. */
  readonly feature: string;
  /** Whether Millrace runs it by itself. Mocked, any resource runs. */
  readonly isSupported: boolean;
  /** Present where it is not: why, and what to do instead. */
  readonly impossible?: Impossible;
}

/** The resources that a definition calls. It must have been found valid. */
export function resourceUses(definition: JsonObject): readonly ResourceUse[] {
  if (!isObject(definition)) return [];
  return [...tasksOf(readDefinition(definition))].map(({ path, task }) => {
    const resource = resourceOf(task.resource);
    const runs = isSupported(resource);
    return {
      path,
      resource: task.resource,
      feature: featureOf(resource),
      isSupported: runs,
      ...(!runs && { impossible: impossibilityOf(resource) }),
    };
  });
}

function featureOf(resource: Resource): string {
  switch (resource.type) {
    case 'lambdaArn':
      return 'lambda';
    case 'activity':
      return 'activity';
    case 'placeholder':
      return 'substitution';
    case 'unknown':
      return `unknown resource ${resource.text.slice(0, 60)}`;
    case 'service': {
      const wait = { no: '', sync: '.sync', 'sync:2': '.sync:2', token: '.waitForTaskToken' }[resource.waits];
      return `${resource.isSdk ? 'aws-sdk:' : ''}${resource.service}:${resource.action}${wait}`;
    }
  }
}
