import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';

/** Everything that a log, a debugger's printout or an error reporter could show of a value. */
export function shown(value: unknown): string {
  const deep = inspect(value, {
    depth: Infinity,
    showHidden: true,
    maxArrayLength: null,
    maxStringLength: null,
    getters: true,
  });
  return `${deep}\n${String(value)}\n${printed(value)}\n${json(value)}\n${(value as Error | undefined)?.stack}`;
}

/** The places where something shows that must not, with what is around them. */
export function leaksOf(value: unknown, canary: RegExp): string[] {
  return [...shown(value).matchAll(new RegExp(`.{0,60}(?:${canary.source}).{0,20}`, 'gi'))]
    .slice(0, 5)
    .map(([place]) => place);
}

function json(value: unknown): string {
  const seen = new WeakSet();
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null) return part;
    if (seen.has(part)) return '(again)';
    seen.add(part);
    return part;
  });
}

/** What `console.error` makes of a value. */
function printed(value: unknown): string {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  new Console(stream).error('%O', value, value);
  return text;
}
