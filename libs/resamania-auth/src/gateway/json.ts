/**
 * A body that is a JSON object, as text or parsed already; `undefined` for anything else. It inherits nothing: what somebody has
 * put on `Object.prototype` is in no answer.
 */
export function jsonObject(body: unknown): Record<string, unknown> | undefined {
  const value = typeof body === 'string' ? parsed(body) : body;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? Object.assign(Object.create(null) as Record<string, unknown>, value) : undefined;
}

/** A string with something in it; `undefined` for anything else. */
export function nonEmptyString(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
