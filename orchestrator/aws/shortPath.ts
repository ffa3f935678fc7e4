/**
 * A shorter way through the AWS SDK for many small requests of a kind. For each request the SDK resolves its endpoint,
 * authentication scheme and signer again and copies its configuration four times: more than half of its CPU, and
 * always
 * with the same result. Here the first request of a kind goes the SDK's own way, and the others take from it what it has
 * resolved. They too are serialised, signed, sent and read by the SDK's own parts.
 *
 * A request that fails on the shorter way, but for a condition, is sent again the SDK's own way: it classifies
 * errors, corrects
 * clocks, waits and tries again.
 */
export const shortPathOptions = { step: 'initialize', name: 'millraceShortPath', priority: 'low' } as const;

/** Commands whose endpoint is the same whatever their input, if the table is named and not an ARN. */
const commandNames = ['PutItemCommand', 'GetItemCommand', 'QueryCommand', 'InvokeCommand'];

/** A client's resolved configuration, as far as it is used here. */
export interface ShortPathConfig {
  readonly protocol: unknown;
  readonly requestHandler: {
    handle(request: WireRequest, options: object): Promise<{ readonly response: unknown }>;
  };
  readonly maxAttempts: () => Promise<number>;
}

/** Makes the middleware of one client. */
export function shortPath<Input extends object, Output extends object>(
  config: ShortPathConfig,
): (next: Handler<Input, Output>, context: HandlerContext) => Handler<Input, Output> {
  // The SDK makes the handler of a command once and keeps it (`cacheMiddleware`), and with it what is resolved here. With
  // options, such as an abort signal, it makes a new one each time, which then never comes to the shorter way.
  return (next, context) => {
    let send: ((input: Input) => Promise<Answer<Output>>) | undefined;
    return async (args) => {
      if (!hasConstantEndpoint(context, args.input)) return next(args);
      if (send === undefined) {
        const answer = await next(args);
        send ??= await sender<Input, Output>(config, context);
        return answer;
      }
      try {
        return await send(args.input);
      } catch (error) {
        if (error instanceof Error && error.name === 'ConditionalCheckFailedException') throw error;
      }
      return oneMoreAttempt(next(args));
    };
  };
}

type Handler<Input, Output> = (args: { input: Input }) => Promise<Answer<Output>>;

interface Answer<Output> {
  readonly response: unknown;
  readonly output: Output;
}

interface HandlerContext {
  readonly commandName?: string;
  readonly endpointV2?: { readonly url: URL; readonly headers?: object };
  /** Where the SDK's middleware keeps what is for other middleware. */
  readonly __smithy_context?: SmithyContext;
}

interface SmithyContext {
  /** Namespace, name, traits, input and output after the schema's own tag. */
  readonly operationSchema?: readonly [tag: unknown, ...operation: unknown[]];
  readonly selectedHttpAuthScheme?: {
    readonly httpAuthOption: { readonly signingProperties?: object };
    readonly identity: unknown;
    readonly signer: {
      sign(request: WireRequest, identity: unknown, properties: object): Promise<WireRequest>;
    };
  };
}

interface WireRequest {
  readonly hostname: string;
  readonly port?: number;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

interface Protocol {
  serializeRequest(operation: object, input: object, context: object): Promise<WireRequest>;
  deserializeResponse<Output>(operation: object, context: object, response: unknown): Promise<Output>;
}

function isProtocol(value: unknown): value is Protocol {
  return (
    typeof value === 'object' &&
    value !== null &&
    'serializeRequest' in value &&
    'deserializeResponse' in value
  );
}

function hasConstantEndpoint({ commandName }: HandlerContext, input: object): boolean {
  if (commandName === undefined || !commandNames.includes(commandName)) return false;
  return !('TableName' in input) || !String(input.TableName).startsWith('arn:');
}

/** Undefined where the SDK has resolved something else than is known here: then all requests go its own way. */
async function sender<Input extends object, Output extends object>(
  config: ShortPathConfig,
  context: HandlerContext,
): Promise<((input: Input) => Promise<Answer<Output>>) | undefined> {
  const { operationSchema, selectedHttpAuthScheme: scheme } = context.__smithy_context ?? {};
  const { endpointV2 } = context;
  const { protocol, requestHandler } = config;
  if (!operationSchema || !scheme || !endpointV2 || endpointV2.url.search !== '') return undefined;
  if (!isProtocol(protocol) || Object.keys(endpointV2.headers ?? {}).length > 0) return undefined;
  // A caller that wants one attempt must not get two.
  if ((await config.maxAttempts()) < 2) return undefined;

  const [, namespace, name, traits, inputSchema, outputSchema] = operationSchema;
  const operation = { namespace, name, traits, input: inputSchema, output: outputSchema };
  const { hostname, port, protocol: urlScheme, pathname } = endpointV2.url;
  const endpoint = {
    hostname,
    protocol: urlScheme,
    path: pathname,
    ...(port !== '' && { port: Number(port) }),
  };
  const serde = { ...config, ...context, endpoint: () => Promise.resolve(endpoint) };
  const { signer, identity, httpAuthOption } = scheme;

  return async (input) => {
    const request = await protocol.serializeRequest(operation, input, serde);
    setHeaders(request);
    // A copy: the signer notes in it when it has signed.
    const signed = await signer.sign(request, identity, { ...httpAuthOption.signingProperties });
    const { response } = await requestHandler.handle(signed, {});
    const output = await protocol.deserializeResponse<Output>(operation, serde, response);
    return { response, output };
  };
}

/** The headers that the SDK's middleware sets after serialisation, except those that describe the SDK itself. */
function setHeaders({ hostname, port, headers, body }: WireRequest): void {
  headers.host ??= port === undefined ? hostname : `${hostname}:${port}`;
  if (typeof body === 'string' || body instanceof Uint8Array) {
    headers['content-length'] ??= String(Buffer.byteLength(body));
  }
  // By it Lambda finds functions that call each other without end.
  const trace = process.env._X_AMZN_TRACE_ID;
  if (trace && process.env.AWS_LAMBDA_FUNCTION_NAME) headers['X-Amzn-Trace-Id'] ??= trace;
}

/** Counts the attempt on the shorter way in: a request that was sent twice can meet its own first attempt. */
async function oneMoreAttempt<Output>(answering: Promise<Answer<Output>>): Promise<Answer<Output>> {
  try {
    const answer = await answering;
    countAttempt(answer.output);
    return answer;
  } catch (error) {
    countAttempt(error);
    throw error;
  }
}

function countAttempt(bearer: unknown): void {
  if (typeof bearer !== 'object' || bearer === null || !('$metadata' in bearer)) return;
  const metadata: { attempts?: number } | null | undefined = Object(bearer.$metadata);
  if (metadata) metadata.attempts = (metadata.attempts ?? 1) + 1;
}

/** Keeps signers: the SDK makes one for each request. Credentials they ask for each time. */
export function keepSigners<Scheme extends SigningScheme, Signer>(
  makeSigner: (scheme?: Scheme) => Promise<Signer>,
): (scheme?: Scheme) => Promise<Signer> {
  const signers = new Map<string, Promise<Signer>>();
  return (scheme) => {
    const key = `${scheme?.signingRegion} ${scheme?.signingName}`;
    let signer = signers.get(key);
    if (signer === undefined) {
      signer = makeSigner(scheme);
      signers.set(key, signer);
      signer.catch(() => signers.delete(key));
    }
    return signer;
  };
}

interface SigningScheme {
  readonly signingRegion?: string;
  readonly signingName?: string;
}
