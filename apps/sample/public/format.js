// How instants and durations are written on the page.
const clockTime = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const number = new Intl.NumberFormat('en-GB');

/** An instant as 14:03:27, or a dash where there is none. */
export function time(instant) {
  return Number.isFinite(instant) ? clockTime.format(instant) : '–';
}

/** A duration in words as short as possible: 12 s, 3 min 05 s, 2 h 07 min. */
export function duration(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${pad(Math.floor((seconds % 3600) / 60))} min`;
}

/** A count with thousands set apart. */
export function count(value) {
  return number.format(value);
}

const STATUS_WORDS = { 401: 'refused', 429: 'too many requests', 503: 'out of service' };

/** Why a call failed: a code of the library, or the status of the API's answer with what it means. */
export function reasonText(reason) {
  const words = STATUS_WORDS[/^HTTP (\d+)$/.exec(reason)?.[1]];
  return words === undefined ? reason.replaceAll('_', ' ') : `${reason}, ${words}`;
}

/** Writes a text, if it is another: a node that does not change is not read out again. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** The same for a text that names options between backticks. */
export function writeWithCode(node, text) {
  if (node.dataset.text === text) return;
  node.dataset.text = text;
  const parts = text.split('`').map((part, index) => {
    if (index % 2 === 0) return part;
    const code = document.createElement('code');
    code.textContent = part;
    return code;
  });
  node.replaceChildren(...parts);
}

function pad(value) {
  return String(value).padStart(2, '0');
}
