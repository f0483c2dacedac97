/** Options whose secrets are functions, with what these return in their place. */
export function revealed(options: object | undefined): object {
  const entries = Object.entries(options ?? {}) as [string, unknown][];
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      (key === 'apiKey' || key === 'clientSecret') && typeof value === 'function'
        ? (value as () => unknown)()
        : value,
    ]),
  );
}
