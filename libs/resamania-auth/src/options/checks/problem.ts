/** One thing that is wrong with the options: where, and what is expected there. Never the value found. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

/** `tenants[1].clientSecret: expected …` */
export function printProblem({ path, text }: Problem, root: string): string {
  return `${printPath(path) || root}: ${text}`;
}

/** `['tenants', 1, 'params', 'x y']` as `tenants[1].params.(unprintable name)`. */
export function printPath(path: readonly PropertyKey[]): string {
  const parts = path.map((key) => {
    if (typeof key === 'number') return `[${key}]`;
    return isPrintableName(key) ? `.${key}` : '.(unprintable name)';
  });
  return parts.join('').replace(/^\./, '');
}

/** Letters, with three digits at the end at most: keys look like that, secrets pasted in the wrong place do not. */
export function isPrintableName(key: PropertyKey): key is string {
  return typeof key === 'string' && key.length <= 40 && /^[A-Za-z_$][A-Za-z_$]*\d{0,3}$/.test(key);
}

/** What kind of thing a value is, without giving it away; "another" one when a thing of the `wanted` type was expected. */
export function kindOf(value: unknown, wanted?: 'string' | 'number'): string {
  if (value === undefined || value === null) return String(value);
  if (value === '') return 'an empty string';
  if (typeof value === 'string' && value !== value.trim())
    return 'a string with white space or a line break around it';
  if (Number.isNaN(value)) return 'NaN';
  if (typeof value === 'number' && !Number.isFinite(value)) return 'an infinite number';
  if (Array.isArray(value)) return 'an array';
  if (typeof value !== 'object') return `${typeof value === wanted ? 'another' : 'a'} ${typeof value}`;
  return 'then' in value && typeof value.then === 'function' ? 'a Promise' : 'an object';
}
