import { listOf, propertiesOf, type TemplateResources, type Value } from './cloudFormation.ts';

/** The actions of a function's role on a resource, or on its content. */
export function actionsOn(resources: TemplateResources, resourceId: string, functionName: string): string[] {
  const deployed = resources.ofType('AWS::Lambda::Function').find(({ name }) => name === functionName);
  const roleId = resources.referenceOf(deployed?.properties.Role);
  return resources
    .ofType('AWS::IAM::Policy')
    .filter(({ properties }) =>
      listOf(properties.Roles).some((role) => resources.referenceOf(role) === roleId),
    )
    .flatMap(({ properties }) => listOf(propertiesOf(properties.PolicyDocument).Statement))
    .map(propertiesOf)
    .filter(({ Resource: on }) => listOf(on).some((each) => isWithin(resources, each, resourceId)))
    .flatMap(({ Action: actions }) => listOf(actions).map((action) => resources.text(action)));
}

function isWithin(resources: TemplateResources, value: Value, resourceId: string): boolean {
  const name = resources.nameOf(resourceId);
  const text = resources.text(value);
  return text === name || text.startsWith(`${name}/`);
}
