import { environmentVariable } from '../../orchestrator/configuration/configuration.ts';
import type { FailuresDescription, FunctionDescription } from '../description.ts';
import { actionsOn } from './actionsOn.ts';
import { InvalidTemplateError, listOf, propertiesOf, type TemplateResources } from './cloudFormation.ts';

/**
 * Where batches go that a function did not take, as the recovery function's environment has it.
 *
 * @param taker name of a function that the stream is mapped to
 * @throws InvalidTemplateError where nothing calls the recovery function
 */
export function readFailures(
  resources: TemplateResources,
  { functionName, environment }: FunctionDescription,
  taker: string,
): FailuresDescription | undefined {
  const url = environment[environmentVariable.failures];
  if (url === undefined) return undefined;
  const bucketName = url.replace(/^s3:\/\//, '');
  const calls = resources.ofType('AWS::Events::Rule').some(({ properties }) => {
    const { name } = propertiesOf(propertiesOf(propertiesOf(properties.EventPattern).detail).bucket);
    return (
      listOf(name).some((each) => resources.text(each) === bucketName) &&
      listOf(properties.Targets).some((target) => resources.text(propertiesOf(target).Arn) === functionName)
    );
  });
  if (!calls) {
    throw new InvalidTemplateError(`No rule calls '${functionName}' for the objects of '${bucketName}'.`);
  }
  const bucket = resources.ofType('AWS::S3::Bucket').find(({ name }) => name === bucketName);
  const rules = listOf(propertiesOf(bucket?.properties.LifecycleConfiguration).Rules).map(propertiesOf);
  const permissionsOf = (name: string) => (bucket ? actionsOn(resources, bucket.id, name) : []);
  return {
    url,
    bucketName,
    permissions: permissionsOf(taker),
    recovery: { functionName, permissions: permissionsOf(functionName) },
    expirationDays: Number(
      rules.find(({ ExpirationInDays: days }) => typeof days === 'number')?.ExpirationInDays,
    ),
  };
}
