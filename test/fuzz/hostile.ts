import * as fc from 'fast-check';

/** Part of every secret and every token here: it must be in no message. */
export const CANARY = 'CANARY-7f3a';

/** Text out of these pieces, in any order, with a little of anything between them. */
export function pieced(pieces: readonly string[], maxLength = 12): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: fc.string({ maxLength: 4, unit: 'binary' }) },
  );
  return fc.array(piece, { maxLength }).map((parts) => parts.join(''));
}

const mutation = fc.record({
  how: fc.constantFrom('flip', 'drop', 'repeat', 'insert', 'cut', 'swap'),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  length: fc.integer({ min: 1, max: 16 }),
  byte: fc.nat(255),
  times: fc.integer({ min: 1, max: 300 }),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

/** Good examples, damaged byte by byte. */
export function mutated(examples: readonly string[], pieces: readonly string[] = []): fc.Arbitrary<string> {
  const piece = pieces.length === 0 ? fc.constant('') : fc.constantFrom(...pieces);
  const changes = fc.array(fc.tuple(mutation, piece), { minLength: 1, maxLength: 5 });
  return fc
    .tuple(fc.constantFrom(...examples), changes)
    .map(([example, list]) =>
      list
        .reduce<Buffer>((bytes, [change, words]) => changed(bytes, change, words), Buffer.from(example))
        .toString(),
    );
}

function changed(bytes: Buffer, { how, at, length, byte, times }: Mutation, words: string): Buffer {
  const start = Math.floor(at * bytes.length);
  const end = Math.min(bytes.length, start + length);
  const [head, middle, tail] = [bytes.subarray(0, start), bytes.subarray(start, end), bytes.subarray(end)];
  const inserted = words === '' ? Buffer.from([byte]) : Buffer.from(words);
  switch (how) {
    case 'flip':
      return Buffer.concat([head, middle.map((value) => value ^ byte), tail]);
    case 'drop':
      return Buffer.concat([head, tail]);
    case 'repeat':
      return Buffer.concat([head, ...Array.from({ length: times }, () => middle), tail]);
    case 'insert':
      return Buffer.concat([head, inserted, middle, tail]);
    case 'cut':
      return head;
    default:
      return Buffer.concat([head, inserted, tail]);
  }
}

/** Values of JSON as text: also those that no `JSON.stringify()` would write. */
const NASTY_VALUES = [
  ['null', 'true', 'false', '0', '-0', '-1', '1', '3600', '1e999', '-1e999', '1e308', '1e-320', '8.64e15'],
  ['""', '" "', '"3600"', '" 3600 "', '"1e9"', '"NaN"', '"-1"', '"Infinity"', '"bearer"', '"Bearer"'],
  ['[]', '{}', '[[]]', '[null]', '{"toString":1,"valueOf":2}', '{"__proto__":null}', '{"length":9}'],
  ['"\\u0000"', '"\\ud800"', '"a\\r\\nb"', '"\\u2028"', `"${CANARY}"`, `"${CANARY}\\r\\nx: y"`],
].flat();

export const nastyValue: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...NASTY_VALUES) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.double().map(String) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }).map((text) => JSON.stringify(text)) },
);

/**
 * A JSON object as text, with these keys more often than others.
 * @param values - More values, as text.
 */
export function nastyObject(
  keys: readonly string[],
  values: fc.Arbitrary<string> = nastyValue,
): fc.Arbitrary<string> {
  const key = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...keys) },
    { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', 'then', '') },
    { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
  );
  const value = fc.oneof({ weight: 2, arbitrary: nastyValue }, { weight: 3, arbitrary: values });
  return fc
    .array(fc.tuple(key, value), { maxLength: 8 })
    .map((entries) => `{${entries.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`);
}

/** What a server might put into a header. */
const NASTY_HEADER_VALUES = [
  [
    '',
    ' ',
    '0',
    '-1',
    '1',
    '60',
    '3600',
    '1e3',
    '1e400',
    '-1e400',
    'NaN',
    'Infinity',
    '0x10',
    '99999999999999999999',
  ],
  [
    '1893456000',
    '1893456000000',
    '8640000000000001',
    'Thu, 01 Jan 2026 00:00:00 GMT',
    'Fri, 31 Dec 9999 23:59:59 GMT',
  ],
  [
    'Bearer',
    'Bearer realm="x"',
    'Basic, Bearer',
    'text/plain',
    'application/json',
    '100ms',
    'ms',
    '-5ms',
    '1,2',
    ';',
  ],
].flat();
const HEADER_NAMES = [
  ['quota', 'rate-limit', 'spike-arrest'].flatMap((name) =>
    ['limit', 'remaining', 'reset', 'slice-period'].map((part) => `x-${name}-${part}`),
  ),
  ['retry-after', 'date', 'www-authenticate', 'content-type', 'location', 'x-anything'],
].flat();

/** Headers of an answer, names in lower case, as Node's own client would hand them out. */
export const nastyHeaders: fc.Arbitrary<Record<string, string>> = fc
  .array(
    fc.tuple(
      fc.constantFrom(...HEADER_NAMES),
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...NASTY_HEADER_VALUES) },
        { weight: 1, arbitrary: fc.double().map(String) },
        { weight: 1, arbitrary: fc.string({ maxLength: 30, unit: 'binary' }) },
        { weight: 1, arbitrary: fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()) },
      ),
    ),
    { maxLength: 8 },
  )
  .map((entries) => Object.fromEntries(entries));

/** Statuses, the usual ones more often. */
export const status: fc.Arbitrary<number> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(200) },
  { weight: 3, arbitrary: fc.constantFrom(204, 301, 400, 401, 403, 404, 407, 408, 429, 500, 503) },
  { weight: 1, arbitrary: fc.integer({ min: 200, max: 999 }) },
);
