import { kindOf, type Problem } from './problem.js';
import { unknownKeyText } from './unknown-keys.js';

/** A rule: what is wrong with a value, as a sentence without the value; `undefined` when nothing is. */
export type Rule = (value: unknown) => string | undefined;

/** A table of options, by name. An option that is not in it is unknown. */
export type Fields = { readonly [name: string]: Field | { readonly fields: Fields } };

export interface Field {
  readonly rule: Rule;
  /** Reported when it is missing. */
  readonly required?: true;
  /** For an object whose keys are free: the rules of each key and of each value. */
  readonly entries?: { readonly key: Rule; readonly value: Rule };
}

/** A field with what it is when it is not given. */
export interface Setting<T> extends Field {
  readonly default: T;
}

/** The table of an interface: an option that is added to the interface alone does not compile. */
export type FieldsOf<T> = {
  readonly [K in keyof T]-?: Setting<T[K] | undefined> | { readonly fields: FieldsOf<NonNullable<T[K]>> };
};

/** What a table's options are once the defaults are filled in. */
export type Completed<T> = {
  readonly [K in keyof T]: T[K] extends { readonly fields: infer G }
    ? Completed<G>
    : T[K] extends Setting<infer V>
      ? V
      : never;
};

/** An object whose values are not known to be right. */
export type Loose = Readonly<Record<string, unknown>>;

/** Replaces a value that is wrong in itself, so that a check between fields finds neither a value nor nothing. */
export const WRONG = Symbol('wrong');

export function setting<T>(rule: Rule, fallback: T): Setting<T> {
  return { rule, default: fallback };
}

export function optional<T>(rule: Rule): Setting<T | undefined> {
  return { rule, default: undefined };
}

/**
 * Holds an object against a table. Each field is read once: the `value` is a copy without what is not given, and holds
 * no `WRONG` when there are no problems.
 * @param homes - Where the options of other tables belong, for one that stands in the wrong place.
 */
export function check(
  raw: unknown,
  fields: Fields,
  homes: ReadonlyMap<string, string>,
): { readonly value: Loose | typeof WRONG; readonly problems: Problem[] } {
  const problems: Problem[] = [];
  return { value: checkObject(raw, [], fields), problems };

  function checkObject(given: unknown, path: Problem['path'], table: Fields): Loose | typeof WRONG {
    if (!isAllowed(objectFlaw, given, path)) return WRONG;
    const values: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(table)) {
      const value = loose(given)[key];
      if ('fields' in field) {
        if (value !== undefined) values[key] = checkObject(value, [...path, key], field.fields);
      } else if (value !== undefined || field.required === true) {
        values[key] = checkField(value, [...path, key], field);
      }
    }
    for (const key of Object.keys(loose(given)).filter((name) => !Object.hasOwn(table, name))) {
      problems.push({ path: [...path, key], text: unknownKeyText(key, Object.keys(table), homes) });
    }
    return values;
  }

  function checkField(value: unknown, path: Problem['path'], { rule, entries }: Field): unknown {
    if (!isAllowed(rule, value, path)) return WRONG;
    if (entries === undefined) return value;
    const copy = Object.entries(loose(value));
    for (const [key, content] of copy) {
      isAllowed(entries.value, content, [...path, key]);
      isAllowed(entries.key, key, [...path, key]);
    }
    return Object.fromEntries(copy);
  }

  function isAllowed(rule: Rule, value: unknown, path: Problem['path']): boolean {
    const text = rule(value);
    if (text !== undefined) problems.push({ path, text });
    return text === undefined;
  }
}

/** What was given and right, with the table's defaults for the rest; frozen. */
export function complete<T extends Fields>(fields: T, given: unknown): Completed<T> {
  const values = Object.entries(fields).map(([key, field]) => {
    const value = loose(given)[key];
    if ('fields' in field) return [key, complete(field.fields, value)];
    return [key, value ?? ('default' in field ? field.default : undefined)];
  });
  return Object.freeze(Object.fromEntries(values)) as Completed<T>;
}

/** The value's own fields; none where it is no object. */
export function loose(value: unknown): Loose {
  return objectFlaw(value) === undefined ? (value as Loose) : {};
}

function objectFlaw(value: unknown): string | undefined {
  const kind = kindOf(value);
  if (kind === 'a Promise') return 'expected an object, found a Promise: await it, or use forRootAsync()';
  return kind === 'an object' ? undefined : `expected an object, found ${kind}`;
}
