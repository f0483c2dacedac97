/** A figure that must not exceed a limit. */
export function atMost(what, measured, limit) {
  return { what, target: `at most ${limit}`, measured, isMet: measured <= limit, limit };
}

/** A figure that must stay below a limit. */
export function under(what, measured, limit, unit) {
  return { what, target: `under ${limit} ${unit}`, measured, isMet: measured < limit, limit };
}

/** A ratio of times that must be below one. */
export function ahead(what, measured) {
  return { what, target: 'below 1', measured, isMet: measured < 1, limit: 1 };
}

/** A ratio of rates that must be reached. */
export function atLeast(what, measured, limit) {
  return { what, target: `at least ${limit}`, measured, isMet: measured >= limit, limit };
}

/** A count that must be exactly so. */
export function exactly(what, measured, wanted) {
  return { what, target: `exactly ${wanted}`, measured, isMet: measured === wanted, limit: wanted };
}
