import type { z } from 'zod';

import { kindOf, type Problem } from './problem.js';
import { OPTION_HOMES } from '../schema.js';
import { unknownKeyText } from './unknown-keys.js';

/** An object whose values are not known to be right. */
export type Loose = Readonly<Record<string, unknown>>;

/** What a schema makes of a value: its problems, and the value itself when there are none. */
export function check<T extends z.ZodType>(
  schema: T,
  raw: unknown,
): { value: z.infer<T>; problems: [] } | { value?: never; problems: Problem[] } {
  const notAnObject = objectFlaw(raw);
  if (notAnObject !== undefined) return { problems: [{ path: [], text: notAnObject }] };
  const result = schema.safeParse(raw);
  if (result.success) return { value: result.data, problems: [] };
  return { problems: result.error.issues.flatMap((issue) => problemsOf(issue, schema)) };
}

/** The value's own fields, to look at whatever else is wrong with it. */
export function loose(value: unknown): Loose {
  return objectFlaw(value) === undefined ? (value as Loose) : {};
}

function objectFlaw(raw: unknown): string | undefined {
  const kind = kindOf(raw);
  if (kind === 'a Promise') return 'expected an object, found a Promise: await it, or use forRootAsync()';
  return kind === 'an object' ? undefined : `expected an object, found ${kind}`;
}

function problemsOf(issue: z.core.$ZodIssue, schema: z.ZodType): Problem[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, text: issue.message }];
  const known = keysAt(schema, issue.path);
  return issue.keys.map((key) => ({
    path: [...issue.path, key],
    text: unknownKeyText(key, known, OPTION_HOMES),
  }));
}

/** The option names at a path of a schema. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const inner = path.reduce<unknown>((at, key) => loose(shapeOf(at))[String(key)], schema);
  return Object.keys(loose(shapeOf(inner)));
}

/** The fields of an object schema, optional or not. */
function shapeOf(schema: unknown): unknown {
  const { def } = loose(schema);
  const { shape, innerType } = loose(def);
  return shape ?? (innerType === undefined ? undefined : shapeOf(innerType));
}
