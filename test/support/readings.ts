/*
 * How servers, proxies and frameworks read a path. Each takes the path of a request line and gives it as it would look
 * files or routes up, before dot segments are resolved.
 */
export const READINGS: Readonly<Record<string, (path: string) => string>> = {
  'as it is written': (path) => path,
  'decoded once': decodedOnce,
  'decoded until nothing changes': decodedFully,
  'decoded, backslashes as slashes': (path) => decodedFully(path).replaceAll('\\', '/'),
  'decoded, without path parameters': (path) => decodedFully(path).replaceAll(/;[^/]*/g, ''),
  'parameters taken off, then decoded': (path) => decodedFully(path.replaceAll(/;[^/]*/g, '')),
  'decoded, without control characters and spaces': (path) =>
    decodedFully(path).replaceAll(/[\0- \x7f]/g, ''),
  'decoded, cut at a null': (path) => decodedFully(path).replaceAll(/\0[^/]*/g, ''),
  'decoded, as a URL again': (path) => decodedFully(path).replaceAll(/[?#].*$/gs, ''),
  'as IIS has it': (path) => decodedFully(path.replaceAll(/%u00/gi, '%')),
  'overlong UTF-8': (path) => shortened(decodedFully(path)).replaceAll('\\', '/'),
  'all of it at once': (path) =>
    decodedFully(path)
      .replaceAll('\\', '/')
      .replaceAll(/[^!-~\u0080-\uffff]/g, '')
      .replaceAll(/[;?#][^/]*/g, ''),
};

/** Two bytes where UTF-8 has one, as lenient decoders take them. */
function shortened(bytes: string): string {
  return bytes.replaceAll(/[\u00c0\u00c1][\u0080-\u00bf]/g, (pair) =>
    String.fromCharCode((pair.charCodeAt(0) % 2) * 64 + (pair.charCodeAt(1) % 64)),
  );
}

/** By which readings a URL leads out of a root; an empty list where it stays inside for everybody. */
export function outsideOf(root: string, url: string): string[] {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return ['no URL at all'];
  }
  const { origin, pathname } = new URL(root);
  if (parsed.origin !== origin || parsed.username !== '' || parsed.password !== '') return ['another host'];
  return Object.entries(READINGS)
    .filter(([, read]) => !resolved(read(parsed.pathname)).startsWith(`${pathname}/`))
    .map(([name]) => name);
}

/** A path without its dot segments, and with a slash at its end. */
export function resolved(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '.' && segment !== '') segments.push(segment);
  }
  return `/${segments.map((segment) => `${segment}/`).join('')}`;
}

/** Byte by byte, as servers do that know nothing of UTF-8. */
export function decodedOnce(path: string): string {
  return path.replaceAll(/%([\da-f]{2})/gi, (_escape, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function decodedFully(path: string): string {
  const next = decodedOnce(path);
  return next === path ? path : decodedFully(next);
}
