/**
 * The least that a cache of tokens can do: look the name up in a Map, compare the clock, return the string. It holds the
 * tokens it is given and can get no others.
 */
export function cachedTokens(tokens) {
  const entries = new Map();
  for (const [name, token] of tokens) {
    entries.set(name, { token, header: `Bearer ${token}`, expiresAt: Date.now() + 3_600_000 });
  }
  /** The `Authorization` header. */
  const header = (name) => {
    const entry = entries.get(name);
    if (entry !== undefined && Date.now() < entry.expiresAt) return entry.header;
    throw new Error(`no token for ${name}`);
  };
  /** The token, from an async function. */
  const token = async (name) => {
    const entry = entries.get(name);
    if (entry !== undefined && Date.now() < entry.expiresAt) return entry.token;
    throw new Error(`no token for ${name}`);
  };
  return { header, token };
}
