// A worker without Millrace's SDK: a Lambda function that takes the payload and writes one item.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';

const dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export async function handler({ table, executionId, item, deadline, expiresAt, input }) {
  const startedAt = new Date().toISOString();
  // Its time was over before Lambda delivered it: another attempt may have begun.
  if (startedAt >= deadline) return;
  const result = resultOf(input);
  try {
    await dynamodb.send(
      new PutCommand({
        TableName: table,
        Item: {
          executionId,
          item,
          ...result,
          startedAt,
          endedAt: new Date().toISOString(),
          ...(expiresAt !== undefined && { expiresAt }),
        },
        ConditionExpression: 'attribute_not_exists(executionId)',
      }),
    );
  } catch (error) {
    // The attempt has its result already, from an earlier invocation with the same payload: the first one counts.
    if (error.name !== 'ConditionalCheckFailedException') throw error;
  }
}

function resultOf(input) {
  try {
    return { status: 'SUCCEEDED', output: invoice(input) };
  } catch (error) {
    return { status: 'FAILED', error: { name: error.name, message: error.message, retryable: false } };
  }
}

/** The work itself: what a gross amount in cents is made of, at 21 % VAT. */
function invoice({ gross }) {
  if (!Number.isInteger(gross)) throw new TypeError("'gross' is not a whole number of cents.");
  const net = Math.round(gross / 1.21);
  return { net, vat: gross - net };
}
