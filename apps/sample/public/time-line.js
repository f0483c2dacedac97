// The time line: what happened, newest first.
import { duration, reasonText, time } from './format.js';

const KEPT = 60;
/** How often something is read out at most, in milliseconds: in an outage more happens than anybody can listen to. */
const SAY_EVERY_MS = 5_000;

export class TimeLine {
  #list;
  #said;
  #unsaid = [];

  /** `said` is where a screen reader hears of what happens. */
  constructor(list, said) {
    this.#list = list;
    this.#said = said;
    setInterval(() => this.#say(), SAY_EVERY_MS);
  }

  /** Shows what was before the page connected. Only what comes after it is read out. */
  start(events) {
    this.#list.replaceChildren();
    for (const event of events) this.#show(event);
    if (events.length === 0) this.#list.append(element('li', 'empty', 'Nothing has happened yet.'));
  }

  add(event) {
    this.#show(event);
    this.#unsaid.push(`${nameOf(event)} ${describe(event).word}`);
  }

  #say() {
    const events = this.#unsaid.splice(0);
    if (events.length > 0) this.#said.textContent = [...new Set(events)].join(', ');
  }

  #show(event) {
    const { kind, word, detail } = describe(event);
    const at = Date.parse(event.at);
    this.#list.querySelector('.empty')?.remove();
    const item = element('li', 'event');
    item.dataset.kind = kind;
    item.dataset.type = event.type;
    if (event.tenant !== undefined) item.dataset.tenant = event.tenant;
    const stamp = element('time', '', time(at));
    stamp.dateTime = event.at;
    item.append(
      stamp,
      ' ',
      element('span', 'event-who', nameOf(event)),
      ' ',
      element('span', 'event-word', word),
    );
    if (detail) item.append(' ', element('span', 'event-detail', detail));
    this.#list.prepend(item);
    while (this.#list.children.length > KEPT) this.#list.lastElementChild.remove();
  }
}

/**
 * One event in words: what happened then, never what is the case, which would not hold for long. What a later version
 * of the library may add is shown by its name.
 */
function describe(event) {
  switch (event.type) {
    case 'obtained':
      if (event.origin === 'store')
        return { kind: 'good', word: 'adopted', detail: `from another replica; ${lifetimeText(event)}` };
      return { kind: 'good', word: event.renewal ? 'renewed' : 'first token', detail: lifetimeText(event) };
    case 'renewal-failed':
      return {
        kind: event.tokenStillUsable ? 'warn' : 'bad',
        word: 'renewal failed',
        detail: event.tokenStillUsable ? `${event.message} The old token was still good.` : event.message,
      };
    case 'wait-started':
      return { kind: 'bad', word: 'no token left', detail: 'until the next one comes' };
    case 'rejected':
      return { kind: 'warn', word: 'token refused', detail: 'by the API, before its time; it was dropped' };
    case 'replayed':
      return { kind: 'good', word: 'sent again', detail: 'the refused call, with a new token' };
    case 'calls-failing':
      return {
        kind: 'bad',
        word: 'calls failed',
        detail: `from here on: ${reasonText(event.reason)}`,
      };
    case 'calls-answered':
      return { kind: 'good', word: 'calls answered', detail: 'again' };
    case 'store-down':
      return {
        kind: 'warn',
        word: 'store down',
        detail: `${event.reason}; each replica gets its own tokens until it is back`,
      };
    case 'store-up':
      return { kind: 'good', word: 'store up', detail: 'again; replicas share their tokens' };
    case 'quota-low':
      return {
        kind: 'warn',
        word: 'quota low',
        detail: `${event.remaining} of ${event.limit} requests were left`,
      };
    case 'tenant-updated':
      return { kind: 'plain', word: 'set right', detail: 'a token was asked for at once' };
    default:
      return { kind: 'plain', word: event.type.replaceAll('-', ' '), detail: '' };
  }
}

function lifetimeText({ at, expiresAt, oddity }) {
  const text = `good for ${duration(Date.parse(expiresAt) - Date.parse(at))}`;
  return oddity === undefined ? text : `${text}; ${oddity}`;
}

/** Who it is about. What has no chain is about the store that all replicas share. */
function nameOf({ tenant, principal }) {
  if (tenant === undefined) return 'Redis';
  return principal === undefined ? tenant : `${tenant} (${principal})`;
}

function element(name, className, text = '') {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.textContent = text;
  return node;
}
