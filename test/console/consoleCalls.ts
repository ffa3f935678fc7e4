import { request } from 'node:http';
import type { RunningConsole } from '../../console/server/consoleServer.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  readonly json: unknown;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A browser that has opened the console: its calls have the cookie, and the page's own headers. */
export class ConsoleCalls {
  readonly #port: number;
  #cookie = '';

  constructor({ port }: Pick<RunningConsole, 'port'>) {
    this.#port = port;
  }

  /** Opens the address with the token. */
  async enter(url: string): Promise<Answer> {
    const { pathname, search } = new URL(url);
    const answer = await this.raw(`${pathname}${search}`);
    this.#cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
    return answer;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.raw(path, { headers: { cookie: this.#cookie, ...headers } });
  }

  post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const own = {
      cookie: this.#cookie,
      origin: `http://127.0.0.1:${this.#port}`,
      'x-millrace-console': '1',
      'content-type': 'application/json',
    };
    return this.raw(path, { method: 'POST', headers: { ...own, ...headers }, body });
  }

  /** A request as it is: `fetch` would not let a test choose its Host. */
  raw(path: string, { method = 'GET', headers = {}, body }: Call = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: this.#port, path, method, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const isJson = response.headers['content-type'] === 'application/json';
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: isJson ? JSON.parse(text) : undefined,
          });
        });
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
