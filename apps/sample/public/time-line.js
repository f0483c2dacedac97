// The time line: what happened, newest first.
import { duration, time } from './format.js';

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
    item.dataset.tenant = event.tenant;
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

/** One event in words. What a later version of the library may add is shown by its name. */
function describe(event) {
  switch (event.type) {
    case 'obtained':
      return { kind: 'good', word: event.renewal ? 'renewed' : 'obtained', detail: lifetimeText(event) };
    case 'renewal-failed':
      return {
        kind: event.tokenStillUsable ? 'warn' : 'bad',
        word: 'failed',
        detail: `${event.message} ${event.tokenStillUsable ? 'Old token serves.' : 'No usable token.'}`,
      };
    case 'wait-started':
      return {
        kind: 'bad',
        word: 'waiting',
        detail: `callers fail at once until ${time(Date.parse(event.nextAttemptAt))}`,
      };
    case 'rejected':
      return { kind: 'warn', word: 'rejected', detail: 'the API refused the token; it was dropped' };
    case 'replayed':
      return { kind: 'good', word: 'replayed', detail: 'the refused call was sent again with a new token' };
    case 'quota-low':
      return { kind: 'warn', word: 'quota low', detail: `${event.remaining} of ${event.limit} calls left` };
    case 'tenant-updated':
      return { kind: 'plain', word: 'updated', detail: 'configuration given anew; waiting is over' };
    default:
      return { kind: 'plain', word: event.type.replaceAll('-', ' '), detail: '' };
  }
}

function lifetimeText({ at, expiresAt, oddity }) {
  const text = `for ${duration(Date.parse(expiresAt) - Date.parse(at))}`;
  return oddity === undefined ? text : `${text}; ${oddity}`;
}

function nameOf({ tenant, principal }) {
  return principal === undefined ? tenant : `${tenant} (${principal})`;
}

function element(name, className, text = '') {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.textContent = text;
  return node;
}
