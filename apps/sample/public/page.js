// The page: listens to /events and hands what comes to its parts.
import { CallBox } from './call-box.js';
import { ChainList } from './chains.js';
import { Faults } from './faults.js';
import { Replicas } from './replicas.js';
import { TimeLine } from './time-line.js';
import { TrafficCharts } from './traffic.js';

/** The server sends a state every second: this long without one means that nobody is there, in milliseconds. */
const SILENCE_MS = 5_000;

const connection = document.getElementById('connection');
const chains = new ChainList({
  list: document.getElementById('chains'),
  template: document.getElementById('chain-template'),
  quota: document.getElementById('quota'),
});
const callBox = new CallBox(document.getElementById('call'), document.getElementById('answer'));
const timeLine = new TimeLine(document.getElementById('events'), document.getElementById('events-said'));
const faults = new Faults(document.getElementById('faults'), document.getElementById('fault-said'));
const replicas = new Replicas(document.getElementById('replicas'));
const charts = new TrafficCharts(document.getElementById('traffic'));
let lastHeardAt = Date.now();
let source = connect();

function showState(state) {
  lastHeardAt = Date.now();
  const clock = { offsetMs: Date.parse(state.now) - lastHeardAt };
  chains.show(state.status, state.sandbox?.calls ?? [], clock);
  callBox.show(state.status);
  faults.show(state.sandbox?.faults, clock);
  replicas.show(state.replicas, state.status);
  charts.show(state.sandbox?.seconds, clock);
  document.getElementById('no-chains').hidden = state.status.length > 0;
  showConnection('live', 'Live');
}

function showConnection(state, text) {
  if (connection.dataset.state === state) return;
  connection.dataset.state = state;
  connection.textContent = text;
  document.body.classList.toggle('stale', state === 'lost');
}

function showLoss() {
  showConnection('lost', 'Disconnected, trying again…');
}

function connect() {
  const events = new EventSource('/events');
  const on = (type, listener) => events.addEventListener(type, ({ data }) => listener(JSON.parse(data)));
  on('snapshot', (state) => {
    for (const event of state.events) chains.remember(event);
    timeLine.start(state.events);
    showState(state);
  });
  on('event', (state) => {
    chains.remember(state.event);
    timeLine.add(state.event);
    showState(state);
  });
  on('state', showState);
  events.addEventListener('error', showLoss);
  return events;
}

setInterval(() => {
  if (Date.now() - lastHeardAt > SILENCE_MS) showLoss();
  // The browser gives up for good where something else than the sample answered, such as a proxy before it.
  if (source.readyState === EventSource.CLOSED) source = connect();
}, 1_000);
