// The page: listens to /events and hands what comes to its parts.
import { ChainList } from './chains.js';
import { Faults } from './faults.js';
import { TimeLine } from './time-line.js';
import { TrafficCharts } from './traffic.js';

/** The server sends a state every second: this long without one means that nobody is there, in milliseconds. */
const SILENCE_MS = 5_000;

const connection = document.getElementById('connection');
const chains = new ChainList(document.getElementById('chains'), document.getElementById('chain-template'));
const timeLine = new TimeLine(document.getElementById('events'));
const faults = new Faults(document.getElementById('faults'), document.getElementById('fault-said'));
const charts = new TrafficCharts(document.getElementById('traffic'));
let lastHeardAt = 0;

function showState(state) {
  lastHeardAt = Date.now();
  const clock = { offsetMs: Date.parse(state.now) - lastHeardAt };
  chains.show(state.status, state.sandbox?.calls ?? [], clock);
  faults.show(state.sandbox?.faults, clock);
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

function on(type, listener) {
  source.addEventListener(type, ({ data }) => listener(JSON.parse(data)));
}

const source = new EventSource('/events');
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
source.addEventListener('error', () => showConnection('lost', 'Disconnected, trying again…'));
setInterval(() => {
  const isSilent = lastHeardAt > 0 && Date.now() - lastHeardAt > SILENCE_MS;
  if (isSilent) showConnection('lost', 'Disconnected, trying again…');
}, 1_000);
