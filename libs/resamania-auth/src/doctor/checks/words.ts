const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** `2027-01-31 12:00:00 UTC`. */
export function moment(instant: number): string {
  return new Date(instant)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}

/** `150 ms`, `3 s`, `45 min`, `2 h`: no more exact than anybody wants to know. */
export function duration(ms: number): string {
  const [unit, name] = UNITS.find(([size]) => ms >= 2 * size) ?? [1, 'ms'];
  return `${Math.round(ms / unit)} ${name}`;
}

const UNITS: readonly (readonly [size: number, name: string])[] = [
  [DAY_MS, 'days'],
  [HOUR_MS, 'h'],
  [MINUTE_MS, 'min'],
  [SECOND_MS, 's'],
];
