import { Annotations, CfnResource, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** CloudFormation's limit. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
export const mostResources = 500;
/** From here on, a synthesis warns. */
const manyResources = 450;

/** Refuses a stack with more resources than CloudFormation takes, and warns a little before that. */
export function watchResourceCount(scope: IConstruct, workers: () => number): void {
  scope.node.addValidation({
    validate: () => {
      const stack = Stack.of(scope);
      const count = resourcesOf(stack);
      if (count < manyResources) return [];
      const name = Token.isUnresolved(stack.stackName) ? stack.node.id : stack.stackName;
      const message =
        `Stack '${name}' has ${count} resources, and CloudFormation takes ${mostResources}. Millrace's ${workers()} workers are ` +
        'most of them: set sharedWorkerLogs, which saves one for each worker, put your other resources into another stack, or ' +
        'divide the machines among several Millrace constructs, each in its own stack (docs/deploy.md, Resources).';
      if (count > mostResources) return [message];
      Annotations.of(scope).addWarningV2('millrace:resources', message);
      return [];
    },
  });
}

/** The resources of a stack's own template. */
function resourcesOf(stack: Stack): number {
  return stack.node.findAll().filter((each) => CfnResource.isCfnResource(each) && Stack.of(each) === stack)
    .length;
}
