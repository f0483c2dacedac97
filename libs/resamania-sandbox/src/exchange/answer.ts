/** A complete HTTP answer, ready to be sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer with a JSON body; members that are `undefined` are dropped. */
export function jsonAnswer(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value) ?? '',
  };
}

/** An answer with a plain text body. */
export function textAnswer(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'text/plain', ...headers }, body };
}

/**
 * An error as the gateway words it: JSON when the client's `Accept` names `application/json`, else bare text.
 * `format` overrides what `Accept` says.
 */
export function gatewayAnswer(
  status: number,
  message: string,
  accept: string,
  format: 'json' | 'text' | 'accept' = 'accept',
): Answer {
  const wanted = accept.includes('application/json') ? 'json' : 'text';
  return (format === 'accept' ? wanted : format) === 'json'
    ? jsonAnswer(status, { message, http_status_code: status })
    : textAnswer(status, message);
}
