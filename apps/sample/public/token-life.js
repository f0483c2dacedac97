// What a token's status means: its stages, and the one word for how its chain is doing.

/** The stages of a token's life as instants, or `undefined` where there is no token. */
export function stagesOf({ obtainedAt, expiresAt, usableUntil, nextRefreshAt, failure }, knownDue) {
  if (obtainedAt === undefined || expiresAt === undefined) return undefined;
  const start = Date.parse(obtainedAt);
  const end = Date.parse(expiresAt);
  const usable = Date.parse(usableUntil ?? expiresAt);
  // After a failure the next request is another try: the bar keeps showing when the token was due.
  const due = Date.parse(failure ? (knownDue ?? usableUntil) : (nextRefreshAt ?? usableUntil));
  return { start, end, usable, due: Math.min(usable, Math.max(start, due)) };
}

/**
 * How a chain is doing, its token and its calls together: calls may fail while the token is good. `kind` is for the
 * style sheet, `text` for people.
 */
export function stateOf({ state, refreshing, failure }, calls) {
  if (calls?.isFailing || (failure && state !== 'valid')) return { kind: 'failing', text: 'Calls fail' };
  if (failure) return { kind: 'coping', text: 'Old token serves' };
  if (state === 'valid')
    return refreshing ? { kind: 'renewing', text: 'Works, renewing' } : { kind: 'valid', text: 'Works' };
  if (state === 'obtaining') return { kind: 'obtaining', text: 'Getting a token' };
  return { kind: 'idle', text: 'No token' };
}
