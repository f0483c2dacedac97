// What happened in each of the last 120 seconds, as two small charts.
const SECONDS = 120;
const HEIGHT = 130;

export class TrafficCharts {
  #section;
  #charts = [];
  #data;
  #seconds = new Map();
  #dark = matchMedia('(prefers-color-scheme: dark)');

  constructor(section) {
    this.#section = section;
    this.#dark.addEventListener('change', () => this.#build());
  }

  show(seconds, clock) {
    this.#section.hidden = seconds === undefined;
    if (seconds === undefined) return;
    const now = Math.floor((Date.now() + clock.offsetMs) / 1000);
    for (const second of seconds) this.#seconds.set(second.at, second);
    for (const at of this.#seconds.keys()) if (at < now - SECONDS) this.#seconds.delete(at);
    this.#data = columns(this.#seconds, now);
    if (this.#charts.length === 0) this.#build();
    else for (const { plot, pick } of this.#charts) plot.setData(pick(this.#data));
    this.#describe([...this.#seconds.values()]);
  }

  #build() {
    if (this.#data === undefined) return;
    for (const { plot, resizing } of this.#charts) {
      resizing.disconnect();
      plot.destroy();
    }
    this.#charts = [
      this.#chart('chart-calls', ({ at, answered, failed }) => [at, answered, failed], {
        colours: ['--good', '--bad'],
        below: -2,
      }),
      this.#chart('chart-tokens', ({ at, tokenRequests }) => [at, tokenRequests], {
        colours: ['--accent'],
        below: 0,
      }),
    ];
  }

  /** `below` is how far the axis reaches below zero. */
  #chart(id, pick, { colours, below }) {
    const place = document.getElementById(id);
    const colour = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();
    const bars = globalThis.uPlot.paths.bars({ size: [0.8, 12] });
    const lines = colours.map((name) => ({
      stroke: colour(name),
      fill: colour(name),
      width: 0,
      paths: bars,
      points: { show: false },
    }));
    const axis = {
      stroke: colour('--muted'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
    };
    const options = {
      width: place.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: [-SECONDS, 0] },
        // At least so much each way, so that a call is never a wall.
        y: { range: (_plot, least, most) => [Math.min(below, least), Math.max(4, most)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          space: 60,
          size: 28,
          gap: 8,
          values: (_plot, ticks) => ticks.map(ago),
        },
        {
          ...axis,
          size: 26,
          splits: (_plot, _axis, least, most) => [...new Set([least, 0, most])],
          values: (_plot, splits) => splits.map((value) => Math.abs(value)),
        },
      ],
      series: [{}, ...lines],
    };
    const plot = new globalThis.uPlot(options, pick(this.#data), place);
    const resizing = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT }));
    resizing.observe(place);
    return { plot, pick, resizing };
  }

  /** The same in words, for those who do not see the charts. */
  #describe(seconds) {
    const sum = (name) => seconds.reduce((total, second) => total + second[name], 0);
    const calls = `${sum('answered')} API calls answered and ${sum('failed')} failed`;
    document.getElementById('chart-calls').setAttribute('aria-label', `${calls} in the last two minutes`);
    const tokens = `${sum('tokenRequests')} token requests in the last two minutes`;
    document.getElementById('chart-tokens').setAttribute('aria-label', tokens);
  }
}

/** Columns for the chart, with a zero for every quiet second. */
function columns(known, now) {
  const at = Array.from({ length: SECONDS }, (_, index) => now - SECONDS + index);
  const column = (name) => at.map((second) => known.get(second)?.[name] ?? 0);
  return {
    at: at.map((second) => second - now),
    answered: column('answered'),
    // Below the line, so that they are told apart by more than colour.
    failed: column('failed').map((value) => -value),
    tokenRequests: column('tokenRequests'),
  };
}

/** Seconds before now, as the axis says them. */
function ago(seconds) {
  return seconds === 0 ? 'now' : `${seconds} s`;
}
