import { kindOf, type Problem } from './problem.js';
import { type OptionHomes, unknownKeyText } from './unknown-keys.js';

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

/** A field with its value for when none is given. */
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

/** An object whose values may be anything. */
export type Loose = Readonly<Record<string, unknown>>;

/** Replaces a value that breaks its own rule: checks between fields neither use it nor take it for missing. */
export const WRONG = Symbol('wrong');

export function setting<T>(rule: Rule, fallback: T): Setting<T> {
  return { rule, default: fallback };
}

export function optional<T>(rule: Rule): Setting<T | undefined> {
  return { rule, default: undefined };
}

/**
 * Holds an object against a table. Each field is read once: the `value` is a copy of what is given, and holds no `WRONG`
 * when there are no problems.
 * @param homes - Where options of other tables belong: to say so of one in the wrong place.
 */
export function check(
  raw: unknown,
  fields: Fields,
  homes: OptionHomes,
): { readonly value: Loose | typeof WRONG; readonly problems: Problem[] } {
  const checking = new Checking(homes);
  return { value: checking.object(raw, [], fields), problems: checking.problems };
}

/** What is given, with the table's defaults for the rest; frozen. */
export function complete<T extends Fields>(fields: T, given: unknown): Completed<T> {
  const values = loose(given);
  const completed = Object.entries(fields).map(([key, field]) => {
    if ('fields' in field) return [key, complete(field.fields, values[key])];
    return [key, values[key] ?? ('default' in field ? field.default : undefined)];
  });
  return Object.freeze(Object.fromEntries(completed)) as Completed<T>;
}

/** What must hold between two numbers of a table, each named by its path such as `refresh.lead.share`. */
export interface Relation {
  readonly at: string;
  readonly holds: (value: number, other: number) => boolean;
  readonly expected: string;
  readonly other: string;
}

/** The relations that do not hold, whether their numbers are given or the defaults. */
export function relationProblems(relations: readonly Relation[], given: Loose, defaults: Loose): Problem[] {
  return relations.flatMap(({ at, holds, expected, other }) => {
    const here = valueAt(given, at) ?? valueAt(defaults, at);
    const there = valueAt(given, other) ?? valueAt(defaults, other);
    // A number that breaks its own rule has its problem already.
    if (typeof here !== 'number' || typeof there !== 'number' || holds(here, there)) return [];
    let note = '';
    if (valueAt(given, at) === undefined) note = ` (it is ${here} by default)`;
    else if (valueAt(given, other) === undefined) note = ` (that is ${there} by default)`;
    return [{ path: at.split('.'), text: `expected ${expected} ${other}${note}` }];
  });
}

function valueAt(options: Loose, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => loose(at)[key], options);
}

class Checking {
  readonly problems: Problem[] = [];
  readonly #homes: OptionHomes;

  constructor(homes: OptionHomes) {
    this.#homes = homes;
  }

  object(raw: unknown, path: Problem['path'], fields: Fields): Loose | typeof WRONG {
    if (!this.#passes(objectFlaw, raw, path)) return WRONG;
    const given = loose(raw);
    const values: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(fields)) {
      const value = given[key];
      const at = [...path, key];
      if ('fields' in field) {
        if (value !== undefined) values[key] = this.object(value, at, field.fields);
      } else if (value !== undefined || field.required === true) {
        values[key] = this.#field(value, at, field);
      }
    }
    for (const key of Object.keys(given).filter((name) => !Object.hasOwn(fields, name))) {
      const text = unknownKeyText(key, Object.keys(fields), this.#homes);
      this.problems.push({ path: [...path, key], text });
    }
    return values;
  }

  #field(value: unknown, path: Problem['path'], { rule, entries }: Field): unknown {
    if (!this.#passes(rule, value, path)) return WRONG;
    if (entries === undefined) return value;
    const copy = Object.entries(loose(value));
    for (const [key, content] of copy) {
      this.#passes(entries.value, content, [...path, key]);
      this.#passes(entries.key, key, [...path, key]);
    }
    return Object.fromEntries(copy);
  }

  #passes(rule: Rule, value: unknown, path: Problem['path']): boolean {
    const text = rule(value);
    if (text !== undefined) this.problems.push({ path, text });
    return text === undefined;
  }
}

/** The value's own fields; none where it is no object. */
export function loose(value: unknown): Loose {
  return objectFlaw(value) === undefined ? (value as Loose) : {};
}

/** Why a value is no object with options; `undefined` where it is one. */
export function objectFlaw(value: unknown): string | undefined {
  const kind = kindOf(value);
  if (kind === 'a Promise') return 'expected an object, found a Promise: await it, or use forRootAsync()';
  return kind === 'an object' ? undefined : `expected an object, found ${kind}`;
}
