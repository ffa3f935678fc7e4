// A worker without Millrace's SDK: a Lambda function that takes the payload and writes one item.
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';

const dynamodb = new DynamoDBClient({});

export async function handler({ table, executionId, item, deadline, expiresAt, input }) {
  const startedAt = new Date().toISOString();
  // Its time was over before Lambda delivered it: another attempt may have begun.
  if (startedAt >= deadline) return;
  const result = resultOf(input);
  try {
    await dynamodb.send(
      new PutItemCommand({
        TableName: table,
        Item: {
          executionId: { S: executionId },
          item: { S: item },
          ...result,
          startedAt: { S: startedAt },
          endedAt: { S: new Date().toISOString() },
          ...(expiresAt !== undefined && { expiresAt: { N: String(expiresAt) } }),
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
    const { net, vat } = invoice(input);
    return {
      status: { S: 'SUCCEEDED' },
      output: { M: { net: { N: String(net) }, vat: { N: String(vat) } } },
    };
  } catch (error) {
    return {
      status: { S: 'FAILED' },
      error: { M: { name: { S: error.name }, message: { S: error.message }, retryable: { BOOL: false } } },
    };
  }
}

/** The work itself: what a gross amount in cents is made of, at 21 % VAT. */
function invoice({ gross }) {
  if (!Number.isInteger(gross)) throw new TypeError("'gross' is no whole number of cents.");
  const net = Math.round(gross / 1.21);
  return { net, vat: gross - net };
}
