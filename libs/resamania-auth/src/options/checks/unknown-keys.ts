import { isPrintableName } from './problem.js';

/** What an option belongs to, by its name. */
export type OptionHomes = ReadonlyMap<string, string>;

/** What to say about a key that is no option here: the option that was meant, or where it belongs. */
export function unknownKeyText(key: string, known: readonly string[], homes: OptionHomes): string {
  const home = homes.get(key);
  if (home !== undefined) return `unknown option here, it belongs to ${home}`;
  const meant = closest(key, known);
  const what = isPrintableName(key) ? 'unknown option' : 'unknown option, its name is not printed';
  return meant === undefined ? what : `${what}, did you mean ${meant}?`;
}

/** The known key that is written like this one, or nearly. */
export function closest(key: string, known: readonly string[]): string | undefined {
  if (key.length > 40) return undefined;
  const written = plain(key);
  const [best] = known
    .map((candidate) => ({ candidate, distance: distance(written, plain(candidate)) }))
    .toSorted((a, b) => a.distance - b.distance);
  const allowed = Math.min(3, Math.ceil(written.length / 4));
  if (best !== undefined && best.distance <= allowed) return best.candidate;
  return written.length < 3 ? undefined : known.find((candidate) => plain(candidate).endsWith(written));
}

/** `client_secret`, `client-secret` and `clientSecret` are one word. */
function plain(key: string): string {
  return key.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** How many letters to insert, remove or replace (Levenshtein), row by row. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...b].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
