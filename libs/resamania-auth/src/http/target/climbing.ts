/** Dots as a whole segment, alone or before what some servers take for path parameters, a query or a fragment. */
const CLIMBING = /^\.\.(?:[;?#]|$)/;

/**
 * Whether a server that decodes a path before it resolves it would climb: `%2e%2e%2f`, `..%5c`, dots with path parameters
 * (`..;x`, `..%3bx`), dots with what some leave out (`..%09`, `..%00x`), and all of that encoded once more, as often as it may be.
 */
export function climbsWhenDecoded(pathname: string): boolean {
  const isEscaped = pathname.includes('%');
  // Nearly every path: nothing in it can become dots.
  if (!isEscaped && !pathname.includes('..')) return false;
  const decoded = isEscaped ? fullyDecoded(pathname) : pathname;
  return decoded
    .split(/[/\\]/)
    .some((segment) => CLIMBING.test(visible(segment)) || CLIMBING.test(visible(upToNull(segment))));
}

/** Without what some servers leave out: control characters and spaces. */
function visible(segment: string): string {
  return segment.replaceAll(/[^!-~\u0080-\uffff]/g, '');
}

/** As it is where a text ends at its first null. */
function upToNull(segment: string): string {
  return segment.split('\0', 1)[0] ?? '';
}

/**
 * Without any escape: what one comes to may begin or end another one. In one pass, since the end of what is decoded so far
 * is the only place where a new escape can stand.
 */
function fullyDecoded(path: string): string {
  const decoded: number[] = [];
  for (let at = 0; at < path.length; at += 1) {
    decoded.push(path.charCodeAt(at));
    for (let found = lastEscape(decoded); found !== undefined; found = lastEscape(decoded)) {
      decoded.length -= found.length;
      decoded.push(found.code);
    }
  }
  return Buffer.from(Uint16Array.from(decoded).buffer).toString('utf16le');
}

interface Escape {
  readonly length: number;
  readonly code: number;
}

/** The escape that a text ends in: `%2e`, the `%u002e` of IIS, or two bytes where UTF-8 has one, as `%c0%ae`. */
function lastEscape(codes: readonly number[]): Escape | undefined {
  const last = codes.at(-1) ?? 0;
  const before = codes.at(-2) ?? 0;
  if ((before === 0xc0 || before === 0xc1) && (last & 0xc0) === 0x80)
    return { length: 2, code: ((before & 1) << 6) | (last & 0x3f) };
  const [high, low] = [hexDigit(before), hexDigit(last)];
  if (high === undefined || low === undefined) return undefined;
  const code = high * 16 + low;
  if (codes.at(-3) === PERCENT) return { length: 3, code };
  const isWide = codes.at(-6) === PERCENT && codes.at(-5) === LETTER_U;
  return isWide && codes.at(-4) === ZERO && codes.at(-3) === ZERO ? { length: 6, code } : undefined;
}

const [PERCENT, LETTER_U, ZERO] = [0x25, 0x75, 0x30];

function hexDigit(code: number): number | undefined {
  if (code >= ZERO && code <= 0x39) return code - ZERO;
  const letter = (code | 0x20) - 0x61;
  return letter >= 0 && letter <= 5 ? letter + 10 : undefined;
}
