// The replicas that share their tokens: one row each, with what each renewed and adopted. Alone, there is none.
import { count, time, write } from './format.js';

const ORIGINS = {
  endpoint: { kind: 'renewed', hint: 'asked the token service' },
  store: { kind: 'adopted', hint: 'took what another replica stored' },
};
const STORES = { up: 'Redis is up', down: 'Redis is down', off: 'no Redis' };

export class Replicas {
  #section;
  #head;
  #body;
  #shape = '';

  constructor(section) {
    this.#section = section;
    this.#head = section.querySelector('thead tr');
    this.#body = section.querySelector('tbody');
  }

  show(replicas, status) {
    this.#section.hidden = replicas === undefined;
    if (replicas === undefined) return;
    const tenants = status.filter(({ principal }) => principal === undefined).map(({ tenant }) => tenant);
    this.#build(replicas, tenants);
    for (const [index, replica] of replicas.entries()) fill(this.#body.rows[index], replica, tenants);
  }

  /** Anew only when there is another replica or chain: a link that has the focus keeps it. */
  #build(replicas, tenants) {
    const shape = JSON.stringify([replicas.map(({ url }) => url), tenants]);
    if (shape === this.#shape) return;
    this.#shape = shape;
    const own = replicas.find(({ isThis }) => isThis)?.name;
    document.title = `Replica ${own}: ${document.title.replace(/^Replica \d+: /, '')}`;
    for (const node of this.#section.querySelectorAll('.own-name')) write(node, `replica ${own}`);
    this.#head.replaceChildren(
      ...['Replica', ...tenants].map((name) => element('th', { textContent: name, scope: 'col' })),
    );
    this.#body.replaceChildren(...replicas.map((replica) => rowOf(replica, tenants)));
  }
}

function rowOf({ name, url, isThis }, tenants) {
  const row = element('tr', {});
  row.dataset.replica = name;
  const head = element('th', { scope: 'row' });
  const link = element('a', { href: url, textContent: `Replica ${name}` });
  if (isThis) link.setAttribute('aria-current', 'page');
  const own = element('span', { className: 'replica-own', textContent: isThis ? ' (this page)' : '' });
  const state = element('span', { className: 'replica-state' });
  const [store, pid] = ['replica-store', 'replica-pid'].map((className) => element('span', { className }));
  state.append(store, ' ', pid);
  head.append(link, own, state);
  row.append(head, ...tenants.map(() => cell()));
  return row;
}

function cell() {
  const node = element('td', {});
  const counts = element('span', { className: 'origin-counts' });
  counts.append(element('span', {}), ' ', element('span', {}));
  node.append(element('span', { className: 'origin' }), ' ', element('time', {}), counts);
  return node;
}

function fill(row, { report }, tenants) {
  const store = report?.store ?? 'gone';
  row.dataset.store = store;
  write(row.querySelector('.replica-store'), STORES[store] ?? 'not answering');
  write(row.querySelector('.replica-pid'), report === undefined ? '' : `pid ${report.pid}`);
  for (const [index, tenant] of tenants.entries()) {
    const chain = report?.chains.find((one) => one.tenant === tenant);
    fillCell(row.cells[index + 1], chain);
  }
}

function fillCell(node, chain) {
  const { kind, hint } = ORIGINS[chain?.origin] ?? { kind: 'none', hint: '' };
  node.dataset.origin = kind;
  node.title = hint;
  const [origin, at, counts] = node.children;
  write(origin, chain ? kind : '–');
  write(at, chain ? time(Date.parse(chain.at)) : '');
  if (chain) at.dateTime = chain.at;
  const [renewed, adopted] = counts.children;
  write(renewed, chain ? `${count(chain.renewed)} renewed` : '');
  write(adopted, chain ? `${count(chain.adopted)} adopted` : '');
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}
