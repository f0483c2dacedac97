// The buttons that make the embedded sandbox misbehave. Without that sandbox they are not there.
import { duration, write } from './format.js';

export class Faults {
  #section;
  #said;
  #untilOf = new Map();
  #clock = { offsetMs: 0 };
  #texts = new Map();

  constructor(section, said) {
    this.#section = section;
    this.#said = said;
    for (const button of this.#buttons()) {
      this.#texts.set(button, button.querySelector('.fault-text').textContent);
      button.addEventListener('click', () => void this.#press(button));
    }
    setInterval(() => this.#tick(), 250);
  }

  show(faults, clock) {
    this.#clock = clock;
    this.#section.hidden = faults === undefined;
    for (const { name, until } of faults ?? []) {
      this.#untilOf.set(name, until === undefined ? 0 : Date.parse(until));
    }
    this.#tick();
  }

  async #press(button) {
    const name = button.querySelector('.fault-name').textContent;
    try {
      const answer = await fetch(`/sandbox/faults/${button.dataset.fault}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      this.#say(answer.ok ? button.dataset.said : `${name}: refused (HTTP ${answer.status})`);
    } catch {
      this.#say(`${name}: the sample does not answer`);
    }
  }

  #say(text) {
    this.#said.textContent = text;
    clearTimeout(this.#said.timer);
    this.#said.timer = setTimeout(() => (this.#said.textContent = ''), 4_000);
  }

  #tick() {
    const now = Date.now() + this.#clock.offsetMs;
    for (const button of this.#buttons()) {
      const left = (this.#untilOf.get(button.dataset.fault) ?? 0) - now;
      button.classList.toggle('active', left > 0);
      button.querySelector('.fault-name').dataset.left = duration(left);
      const text = left > 0 ? `For another ${duration(left)}` : this.#texts.get(button);
      write(button.querySelector('.fault-text'), text);
    }
  }

  #buttons() {
    return this.#section.querySelectorAll('button[data-fault]');
  }
}
