// One row per chain: its token as a living bar, and what is known about it.
import { count, duration, time, write, writeWithCode } from './format.js';
import { stagesOf, stateOf } from './token-life.js';

/** How often the bars move where motion is welcome, and where it is not, in milliseconds. */
const STEP_MS = 100;
const CALM_STEP_MS = 1_000;
/** A failed call is news for so long, in milliseconds. */
const RECENT_MS = 5_000;

export class ChainList {
  #list;
  #template;
  #rows = new Map();
  #dueOf = new Map();
  #failureOf = new Map();
  #clock = { offsetMs: 0 };

  constructor(list, template) {
    this.#list = list;
    this.#template = template;
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    setInterval(() => this.#move(), isCalm ? CALM_STEP_MS : STEP_MS);
  }

  /** Keeps what the status does not say later: when a token was due, and what went wrong before it went well. */
  remember(event) {
    if (event.principal !== undefined) return;
    if (event.type === 'obtained') this.#dueOf.set(event.tenant, event.nextRefreshAt);
    if (event.type === 'renewal-failed') this.#failureOf.set(event.tenant, event);
  }

  show(status, calls, clock) {
    this.#clock = clock;
    const own = status.filter(({ principal }) => principal === undefined);
    for (const [tenant, row] of this.#rows) {
      if (own.some((one) => one.tenant === tenant)) continue;
      row.node.remove();
      this.#rows.delete(tenant);
    }
    for (const one of own) {
      const row = this.#rows.get(one.tenant) ?? this.#add(one.tenant);
      row.status = one;
      row.stages = stagesOf(one, this.#dueOf.get(one.tenant));
      row.calls = calls.find(({ tenant }) => tenant === one.tenant);
      this.#fill(row);
    }
    this.#move();
  }

  #add(tenant) {
    const node = this.#template.content.cloneNode(true).firstElementChild;
    node.dataset.tenant = tenant;
    node.querySelector('h3').textContent = tenant;
    node.querySelector('.bar').setAttribute('aria-label', `Lifetime left of the token of ${tenant}`);
    const row = { node, fact: (name) => node.querySelector(`[data-fact="${name}"]`) };
    this.#rows.set(tenant, row);
    this.#list.append(node);
    return row;
  }

  #fill({ node, status, stages, calls, fact }) {
    const state = stateOf(status);
    node.dataset.state = state.kind;
    write(node.querySelector('.state'), state.text);
    write(fact('obtained'), count(status.obtained));
    node.querySelector('.fact-calls').hidden = calls === undefined;
    write(fact('calls'), count(calls?.answered ?? 0));
    this.#fillFailedCalls(fact('calls-failed'), calls);
    const quota = status.limits?.quota;
    write(fact('quota'), quota?.remaining === undefined ? '–' : count(quota.remaining));
    write(fact('quota-of'), quotaText(quota));
    writeWithCode(node.querySelector('.failure'), this.#failureText(status));
    const marks = { obtained: 'start', due: 'due', margin: 'usable', expires: 'end' };
    for (const [mark, stage] of Object.entries(marks)) {
      write(node.querySelector(`[data-mark="${mark}"]`), time(stages?.[stage]));
    }
    place(node, stages);
  }

  #fillFailedCalls(node, { failed, lastFailure, lastFailedAt } = {}) {
    write(node, failed ? `${count(failed)} failed, last: ${lastFailure.replaceAll('_', ' ')}` : '');
    const isRecent = Date.now() + this.#clock.offsetMs - Date.parse(lastFailedAt) < RECENT_MS;
    node.classList.toggle('sub-bad', isRecent);
  }

  #failureText({ tenant, failure }) {
    if (failure) {
      const times = failure.count > 1 ? `, ${failure.count} times in a row` : '';
      return `Failing${times}: ${failure.message} ${failure.remedy}`;
    }
    const last = this.#failureOf.get(tenant);
    if (last === undefined) return 'No failure so far.';
    return `Last failure, over now, at ${time(Date.parse(last.at))}: ${last.message} ${last.remedy}`;
  }

  #move() {
    if (document.body.classList.contains('stale')) return;
    const now = Date.now() + this.#clock.offsetMs;
    for (const row of this.#rows.values()) moveRow(row, now);
  }
}

function moveRow({ node, status, stages, fact }, now) {
  const next = status.nextRefreshAt === undefined ? undefined : Date.parse(status.nextRefreshAt) - now;
  write(fact('next-label'), status.failure ? 'Next try' : 'Next renewal');
  write(
    fact('next'),
    status.refreshing || next < 0 ? 'now' : next === undefined ? '–' : `in ${duration(next)}`,
  );
  const bar = node.querySelector('.bar');
  const left = stages ? Math.max(0, stages.end - now) : 0;
  const life = stages ? stages.end - stages.start : 1;
  bar.style.setProperty('--at', `${100 * Math.min(1, Math.max(0, 1 - left / life))}%`);
  const seconds = String(Math.ceil(left / 1000));
  if (bar.getAttribute('aria-valuenow') === seconds) return;
  bar.setAttribute('aria-valuenow', seconds);
  bar.setAttribute('aria-valuemax', String(Math.round(life / 1000)));
  bar.setAttribute('aria-valuetext', barText(stages, left, now));
}

function barText(stages, left, now) {
  if (stages === undefined || left === 0) return 'No token';
  const due = now < stages.due ? `renewal due in ${duration(stages.due - now)}` : 'renewal is due';
  return `Expires in ${duration(left)}, ${due}`;
}

/** Where the zones of a bar begin and end, in per cent of the lifetime. */
function place(node, stages) {
  const bar = node.querySelector('.bar');
  bar.classList.toggle('bar-empty', stages === undefined);
  if (stages === undefined) return;
  const share = (instant) => `${(100 * (instant - stages.start)) / (stages.end - stages.start)}%`;
  bar.parentElement.style.setProperty('--due-at', share(stages.due));
  bar.parentElement.style.setProperty('--usable-at', share(stages.usable));
}

function quotaText({ limit, resetAt } = {}) {
  const size = limit === undefined ? '' : `of ${count(limit)}`;
  const reset = resetAt === undefined ? '' : `until ${time(Date.parse(resetAt))}`;
  return [size, reset].filter(Boolean).join(' ');
}
