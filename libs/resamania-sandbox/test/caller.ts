import { request, type IncomingHttpHeaders } from 'node:http';
import type { ResamaniaSandbox } from 'resamania-sandbox';

/** An answer, its body complete. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body as JSON, for the members that a test asks for. */
  readonly json: Record<string, unknown>;
}

/** What goes out besides the URL. */
export interface Call {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | URLSearchParams;
  readonly signal?: AbortSignal;
}

/** One request on a connection of its own. Redirects are not followed; a body that breaks off is an error. */
export function call(url: string, { method = 'GET', headers = {}, body, signal }: Call = {}): Promise<Reply> {
  const form = body instanceof URLSearchParams;
  const payload = body === undefined ? undefined : String(body);
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method,
      agent: false,
      headers: {
        ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
        ...lengthOf(payload),
        ...headers,
      },
      ...(signal ? { signal } : {}),
    });
    outgoing.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text,
          get json() {
            return JSON.parse(text) as Record<string, unknown>;
          },
        });
      });
    });
    outgoing.end(payload);
  });
}

function lengthOf(payload: string | undefined): Record<string, string> {
  return payload === undefined ? {} : { 'content-length': String(Buffer.byteLength(payload)) };
}

/** Fields of a token request with a chain's good credentials. */
export function credentials(sandbox: ResamaniaSandbox, clientToken = 'demoapi'): Record<string, string> {
  const { clientId, clientSecret } = sandbox.chain(clientToken);
  return { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
}

/** The gateway's key, as headers that ask for JSON. */
export function keyHeaders(sandbox: ResamaniaSandbox): Record<string, string> {
  return { accept: 'application/json', 'x-gravitee-api-key': sandbox.apiKey ?? '' };
}

/** A token request of a chain, with good credentials but for what `fields` changes. */
export function askToken(
  sandbox: ResamaniaSandbox,
  fields: Record<string, string> = {},
  { clientToken = 'demoapi', ...rest }: Call & { clientToken?: string } = {},
): Promise<Reply> {
  return call(`${sandbox.apiBaseUrl}/${clientToken}/oauth/v2/token`, {
    method: 'POST',
    body: new URLSearchParams({ ...credentials(sandbox, clientToken), ...fields }),
    ...rest,
    headers: { ...keyHeaders(sandbox), ...rest.headers },
  });
}

/** A fresh access token of a chain. */
export async function tokenOf(
  sandbox: ResamaniaSandbox,
  fields: Record<string, string> = {},
): Promise<string> {
  const clientToken = 'demoapi';
  const reply = await askToken(sandbox, fields, { clientToken });
  return String(reply.json['access_token']);
}

/** An API request with the gateway's key and, unless empty, a bearer. `iri` begins with a slash. */
export function callApi(
  sandbox: ResamaniaSandbox,
  iri: string,
  token: string,
  options: Call = {},
): Promise<Reply> {
  return call(sandbox.apiBaseUrl + iri, {
    ...options,
    headers: {
      ...keyHeaders(sandbox),
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...options.headers,
    },
  });
}
