// The box that makes one call, through the sample's own routes, and shows what came back.

/** More of an answer than anybody reads, in characters. */
const SHOWN = 900;

export class CallBox {
  #form;
  #answer;

  constructor(form, answer) {
    this.#form = form;
    this.#answer = answer;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#call();
    });
  }

  /** Offers the chains that there are. */
  show(status) {
    const { chain } = this.#form.elements;
    const names = [...new Set(status.map(({ tenant }) => tenant))];
    if (names.join() === [...chain.options].map(({ value }) => value).join()) return;
    const chosen = chain.value;
    chain.replaceChildren(...names.map((name) => new Option(name, name, false, name === chosen)));
  }

  async #call() {
    const { chain, what } = this.#form.elements;
    this.#say('…', '');
    const start = performance.now();
    try {
      const answer = await fetch(`/chains/${encodeURIComponent(chain.value)}/${what.value}`);
      const body = await answer.json();
      const took = `in ${Math.round(performance.now() - start)} ms`;
      const found = answer.ok
        ? `Answered ${took}: ${body.length} ${what.value}`
        : `Failed ${took}: HTTP ${answer.status}`;
      this.#say(found, shortened(JSON.stringify(body, null, 2)), answer.ok ? 'good' : 'bad');
    } catch {
      this.#say('Failed: the sample does not answer', '', 'bad');
    }
  }

  #say(headline, body, kind = '') {
    const [line, text] = this.#answer.children;
    this.#answer.hidden = false;
    this.#answer.dataset.kind = kind;
    line.textContent = headline;
    text.textContent = body;
    text.hidden = body === '';
  }
}

function shortened(text) {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}\n…` : text;
}
