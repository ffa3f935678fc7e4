import { RefusedRequestError } from './failures.ts';

/** A request of the API, without HTTP. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST';
  /** Below `/api`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The JSON of a POST. */
  readonly body: unknown;
}

/** The parts of the path that stand for `:names`, decoded. */
export type Parameters = Readonly<Record<string, string>>;

export interface Route {
  /** A POST changes executions: in read-only mode the server refuses it, also as a dry run. */
  readonly method: 'GET' | 'POST';
  /** `/executions/:id/version` */
  readonly pattern: string;
  readonly answer: (request: ApiRequest, parameters: Parameters) => Promise<unknown>;
}

/**
 * The answer of the route that fits.
 *
 * @throws RefusedRequestError
 */
export async function answerOf(
  routes: readonly Route[],
  request: ApiRequest,
  isReadOnly: boolean,
): Promise<unknown> {
  const fitting = routes.flatMap((route) => {
    const parameters = parametersOf(route.pattern, request.path);
    return parameters ? [{ route, parameters }] : [];
  });
  const found = fitting.find(({ route }) => route.method === request.method);
  if (!found) {
    if (fitting.length > 0)
      throw new RefusedRequestError(405, 'MethodNotAllowed', `Not by ${request.method}.`);
    throw new RefusedRequestError(404, 'NoSuchPath', `The console's server has no '${request.path}'.`);
  }
  if (isReadOnly && request.method !== 'GET') {
    const message = 'The console was started with --read-only. Start it without to change executions.';
    throw new RefusedRequestError(403, 'ReadOnly', message);
  }
  return found.route.answer(request, found.parameters);
}

function parametersOf(pattern: string, path: string): Parameters | undefined {
  const [names, parts] = [pattern.split('/'), path.split('/')];
  if (names.length !== parts.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [i, name] of names.entries()) {
    const part = parts[i] ?? '';
    if (!name.startsWith(':')) {
      if (name !== part) return undefined;
      continue;
    }
    const value = decoded(part);
    if (value === undefined || value === '') return undefined;
    parameters[name.slice(1)] = value;
  }
  return parameters;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
