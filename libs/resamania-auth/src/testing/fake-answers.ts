import axios, { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';

/** A request that the application made. */
export interface FakeRequest {
  /** In capitals, such as `GET`. */
  readonly method: string;
  /** Path and query, from the `clientToken` on: `/demoapi/clubs?page=2`. */
  readonly path: string;
  /** What was sent; parsed, where it is JSON. */
  readonly body: unknown;
  /** With the token and what else the library added, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A body, or how it comes from the request. */
export type FakeAnswer = object | string | null | ((request: FakeRequest) => unknown);

/** How an answer differs from a plain 200. */
export interface FakeAnswerOptions {
  /**
   * Its HTTP status.
   * @default 200
   */
  status?: number;
  /**
   * Its headers.
   * @default {}
   */
  headers?: Record<string, string>;
}

interface Given extends FakeAnswerOptions {
  readonly answer: FakeAnswer;
}

/** Answers requests in the place of the network, and remembers them. */
export class FakeAnswers {
  readonly requests: FakeRequest[] = [];
  readonly #given = new Map<string, Given>();

  set(method: string, path: string, answer: FakeAnswer, options: FakeAnswerOptions): void {
    this.#given.set(keyOf(method, path), { ...options, answer });
  }

  /** An axios adapter. */
  async send(config: InternalAxiosRequestConfig): Promise<AxiosResponse> {
    const request = requestOf(config);
    this.requests.push(request);
    const { answer, status = 200, headers = {} } = this.#find(request);
    const data: unknown = typeof answer === 'function' ? await answer(request) : answer;
    const response: AxiosResponse = { data, status, statusText: '', headers, config, request: {} };
    if (config.validateStatus?.(status) ?? true) return response;
    const code = status < 500 ? AxiosError.ERR_BAD_REQUEST : AxiosError.ERR_BAD_RESPONSE;
    throw new AxiosError(`Request failed with status code ${status}`, code, config, {}, response);
  }

  /** For the path as it is, for what follows the `clientToken`, then for both without the query. */
  #find({ method, path }: FakeRequest): Given {
    const [plain = ''] = path.split('?');
    const paths = [path, belowToken(path), plain, belowToken(plain)];
    const found = paths
      .map((each) => this.#given.get(keyOf(method, each)))
      .find((each) => each !== undefined);
    if (found !== undefined) return found;
    throw new Error(
      `FakeResamania has no answer for ${method} ${path}. Give it one: .on('${method}', '${belowToken(plain)}', body).`,
    );
  }
}

function requestOf(config: InternalAxiosRequestConfig): FakeRequest {
  const { pathname, search } = new URL(axios.getUri(config));
  const headers = Object.entries(config.headers.toJSON()).map(([name, value]) => [
    name.toLowerCase(),
    String(value),
  ]);
  return {
    method: (config.method ?? 'get').toUpperCase(),
    path: pathname + search,
    body: parsed(config.data),
    headers: Object.fromEntries(headers) as Record<string, string>,
  };
}

function parsed(body: unknown): unknown {
  try {
    return typeof body === 'string' ? (JSON.parse(body) as unknown) : body;
  } catch {
    return body;
  }
}

/** `/demoapi/clubs/1` as `clubs/1`. */
function belowToken(path: string): string {
  return path.split('/').slice(2).join('/');
}

function keyOf(method: string, path: string): string {
  return `${method.toUpperCase()} ${path.replace(/^\//, '')}`;
}
