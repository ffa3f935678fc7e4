import { describeTable } from '../describe.ts';
import type {
  AttributeDescription,
  EventFilterPattern,
  EventSourceDescription,
  TableDescription,
} from '../description.ts';
import { type FoundTable, tableProblem } from '../tableProblem.ts';
import {
  InvalidTemplateError,
  listOf,
  type Properties,
  propertiesOf,
  type TemplateResources,
  type Value,
} from './cloudFormation.ts';

/** @throws InvalidTemplateError */
export function readTable(resources: TemplateResources, tableName: string): TableDescription {
  const wanted = describeTable(tableName);
  const found = resources.ofType('AWS::DynamoDB::Table').find(({ name }) => name === tableName);
  if (!found) {
    throw new InvalidTemplateError(
      `The template has no table '${tableName}', which its functions use: one that is brought from elsewhere is not known.`,
    );
  }
  const { properties } = found;
  const indexes = listOf(properties.GlobalSecondaryIndexes).map(propertiesOf);
  const problem = tableProblem(
    {
      ...keysOf(resources, properties, properties),
      indexes: indexes.map((each) => ({
        indexName: resources.text(each.IndexName),
        ...keysOf(resources, each, properties),
        projection:
          propertiesOf(each.Projection).ProjectionType === 'ALL' ? 'ALL' : projected(resources, each),
      })),
    },
    wanted,
  );
  if (problem !== undefined) throw new InvalidTemplateError(`Table '${tableName}': ${problem}`);
  const viewType = propertiesOf(properties.StreamSpecification).StreamViewType;
  if (viewType !== 'NEW_IMAGE') {
    throw new InvalidTemplateError(
      `The table's stream has the view type '${resources.text(viewType)}', not NEW_IMAGE.`,
    );
  }
  return {
    tableName,
    partitionKey: wanted.partitionKey,
    sortKey: wanted.sortKey,
    index: wanted.index,
    streamViewType: viewType,
    timeToLiveAttribute: resources.text(propertiesOf(properties.TimeToLiveSpecification).AttributeName),
  };
}

function keysOf(
  resources: TemplateResources,
  { KeySchema: schema }: Properties,
  { AttributeDefinitions: definitions }: Properties,
): Pick<FoundTable, 'partitionKey' | 'sortKey'> {
  const types = new Map(
    listOf(definitions)
      .map(propertiesOf)
      .map((each) => [each.AttributeName, each.AttributeType]),
  );
  const key = (keyType: string): AttributeDescription | undefined => {
    const name = listOf(schema)
      .map(propertiesOf)
      .find((each) => each.KeyType === keyType)?.AttributeName;
    if (name === undefined) return undefined;
    return { name: resources.text(name), type: types.get(name) === 'N' ? 'N' : 'S' };
  };
  return { partitionKey: key('HASH'), sortKey: key('RANGE') };
}

function projected(resources: TemplateResources, { Projection: projection }: Properties): string[] {
  return listOf(propertiesOf(projection).NonKeyAttributes).map((name) => resources.text(name));
}

export function readEventSource(
  resources: TemplateResources,
  properties: Properties,
): EventSourceDescription {
  const reportsFailures = listOf(properties.FunctionResponseTypes).includes('ReportBatchItemFailures');
  return {
    functionName: resources.text(properties.FunctionName),
    startingPosition: startingPosition(properties.StartingPosition),
    batchSize: Number(properties.BatchSize),
    maximumBatchingWindowSeconds: Number(properties.MaximumBatchingWindowInSeconds),
    parallelizationFactor: Number(properties.ParallelizationFactor),
    maximumRetryAttempts: Number(properties.MaximumRetryAttempts),
    bisectBatchOnFunctionError: properties.BisectBatchOnFunctionError === true,
    functionResponseTypes: reportsFailures ? ['ReportBatchItemFailures'] : [],
    filters: listOf(propertiesOf(properties.FilterCriteria).Filters)
      .map(propertiesOf)
      .map(({ Pattern: pattern }): EventFilterPattern => JSON.parse(resources.text(pattern))),
  };
}

/** @throws InvalidTemplateError for any other: LATEST skips records */
function startingPosition(value: Value): 'TRIM_HORIZON' {
  if (value === 'TRIM_HORIZON') return value;
  throw new InvalidTemplateError('An event source mapping does not start at TRIM_HORIZON.');
}
