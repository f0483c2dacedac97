// One row per chain: its token as a living bar, and what is known about it.
import { count, duration, reasonText, time, write, writeWithCode } from './format.js';
import { stagesOf, stateOf } from './token-life.js';

/** How often the bars move where motion is welcome, and where it is not, in milliseconds. */
const STEP_MS = 100;
const CALM_STEP_MS = 1_000;

export class ChainList {
  #list;
  #template;
  #quota;
  #rows = new Map();
  #dueOf = new Map();
  #failureOf = new Map();
  #clock = { offsetMs: 0 };

  constructor({ list, template, quota }) {
    this.#list = list;
    this.#template = template;
    this.#quota = quota;
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
    write(this.#quota, quotaText(own, Date.now() + clock.offsetMs));
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
    const state = stateOf(status, calls);
    node.dataset.state = state.kind;
    write(node.querySelector('.state'), state.text);
    write(fact('obtained'), count(status.obtained));
    for (const one of node.querySelectorAll('.fact-calls')) one.hidden = calls === undefined;
    write(fact('calls'), count(calls?.answered ?? 0));
    write(fact('failed'), count(calls?.failed ?? 0));
    writeWithCode(node.querySelector('.failure'), this.#failureText(status, calls));
    const marks = { obtained: 'start', due: 'due', margin: 'usable', expires: 'end' };
    for (const [mark, stage] of Object.entries(marks)) {
      write(node.querySelector(`[data-mark="${mark}"]`), time(stages?.[stage]));
    }
    place(node, stages);
  }

  /** What is wrong now, or else what was wrong last. */
  #failureText({ tenant, failure }, calls) {
    if (failure) {
      const times = failure.count > 1 ? ` ${failure.count} times` : '';
      return `Renewal failed${times}: ${failure.message} ${failure.remedy}`;
    }
    const { isFailing, lastFailure } = calls ?? {};
    const reason = lastFailure && reasonText(lastFailure.reason);
    if (isFailing) return `Calls fail: ${reason}.`;
    const ofCalls = lastFailure && { at: lastFailure.at, text: `a call failed: ${reason}.` };
    const known = this.#failureOf.get(tenant);
    const ofToken = known && { at: known.at, text: `a renewal failed: ${known.message}` };
    const [last] = [ofCalls, ofToken].filter(Boolean).toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
    if (last === undefined) return 'No failure since this page was opened.';
    return `Last failure, over now, at ${time(Date.parse(last.at))}: ${last.text}`;
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

/** A quota belongs to a gateway key: chains that are told the same limit and the same reset share one. */
function quotaText(status, now) {
  const quotas = new Map();
  for (const { tenant, limits } of status) {
    const { remaining, limit, resetAt } = limits?.quota ?? {};
    if (remaining === undefined || Date.parse(resetAt) < now) continue;
    const shared = quotas.get(`${limit} ${resetAt}`) ?? { tenants: [], left: Infinity, limit, resetAt };
    shared.tenants.push(tenant);
    shared.left = Math.min(shared.left, remaining);
    quotas.set(`${limit} ${resetAt}`, shared);
  }
  const texts = [...quotas.values()].map(({ tenants, left, limit, resetAt }) => {
    const whose = quotas.size > 1 ? ` (${tenants.join(', ')})` : '';
    const size = limit === undefined ? '' : ` of ${count(limit)}`;
    const reset = resetAt === undefined ? '' : ` until ${time(Date.parse(resetAt))}`;
    return `Gateway key${whose}: ${count(left)}${size} requests left${reset}`;
  });
  return texts.join(' · ');
}
