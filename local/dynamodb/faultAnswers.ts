/** An answer of the DynamoDB API that the engine did not give. */
export interface FaultAnswer {
  readonly statusCode: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const modelPrefix = 'com.amazonaws.dynamodb.v20120810#';

/** Both throttling errors as DynamoDB answers them: status 400 and the type in the body. */
export function throttled(
  error: 'ThrottlingException' | 'ProvisionedThroughputExceededException',
): FaultAnswer {
  return badRequest(
    error,
    'Throughput exceeds the capacity of the table or one of its indexes (local fault).',
  );
}

export const internalServerError: FaultAnswer = {
  statusCode: 500,
  body: { __type: `${modelPrefix}InternalServerError`, message: 'Internal server error (local fault).' },
};

/**
 * The conflict of a single write, or of one action of a transaction with a reason for each of its actions.
 *
 * @param position from 0 to 1, which action conflicts
 */
export function transactionConflict(operation: string, requestBody: Buffer, position: number): FaultAnswer {
  const conflict = {
    Code: 'TransactionConflict',
    Message: 'Transaction is ongoing for the item (local fault).',
  };
  if (operation !== 'TransactWriteItems') return badRequest('TransactionConflictException', conflict.Message);
  const actions = actionCount(requestBody);
  const conflicting = Math.floor(position * actions);
  const reasons = Array.from({ length: actions }, (_, action) =>
    action === conflicting ? conflict : { Code: 'None' },
  );
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return badRequest(
    'TransactionCanceledException',
    `Transaction cancelled, reasons: [${codes}] (local fault).`,
    {
      CancellationReasons: reasons,
    },
  );
}

function badRequest(
  type: string,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): FaultAnswer {
  return { statusCode: 400, body: { __type: modelPrefix + type, message, ...more } };
}

function actionCount(requestBody: Buffer): number {
  const request: unknown = JSON.parse(requestBody.toString('utf8'));
  if (typeof request !== 'object' || request === null || !('TransactItems' in request)) return 0;
  return Array.isArray(request.TransactItems) ? request.TransactItems.length : 0;
}
