import { afterEach, describe, expect, it, jest } from '@jest/globals';

import { GatewayPace, type Pause } from '../../gateway/gateway-pace.js';
import { HostPlaces } from './host-places.js';
import { HostQueue } from './host-queue.js';
import type { Waiting } from './lines.js';
import { Ticket } from './ticket.js';
import { Trouble } from './trouble.js';

const NOW = 1_000_000;
const SECOND = 1000;

afterEach(() => {
  jest.restoreAllMocks();
});

function newPace(): GatewayPace {
  return new GatewayPace(() => undefined);
}

/** A pause of this gateway until then. */
function pauseUntil(until: number, limiter: Pause['limiter'] = 'rate-limit'): Pause {
  return { limiter, from: NOW, until, resetAt: until, unnamed: 0 };
}

/** An answer of this gateway reports that so much is left of its rate limit, for so long. */
function learnLeft(pace: GatewayPace, remaining: number, ms: number): void {
  pace.learn({ rateLimit: { limit: 10, remaining, resetAt: new Date(NOW + ms) } }, {}, NOW);
}

/** A queue of one place, and what becomes of those in it. */
class QueueWorld {
  readonly trouble = new Trouble();
  readonly queue = new HostQueue(new HostPlaces(1, this.trouble), this.trouble, 30 * SECOND);
  readonly pace = newPace();
  readonly events: string[] = [];
  now = NOW;

  add(name: string, { urgent = true, tenant = {} as object, pace = this.pace } = {}): Waiting {
    const ticket = new Ticket();
    if (urgent) ticket.hurry();
    const one: Waiting = {
      tenant,
      ticket,
      pace,
      admit: () => this.events.push(name),
      refuse: ({ limiter }) => this.events.push(`${name}: ${limiter}`),
    };
    ticket.onHurry(() => this.queue.hurried(one, this.now));
    this.queue.add(one, this.now);
    return one;
  }

  /** Lets one after the other go, each with the only place for a moment. */
  run(): string[] {
    while (this.#serve());
    return this.events.splice(0);
  }

  serveOne(): string | undefined {
    this.#serve();
    return this.events.shift();
  }

  #serve(): boolean {
    const next = this.queue.next(this.now);
    if (next === undefined) return false;
    next.admit();
    this.queue.places.leave(this.queue.places.take(next.tenant, this.now), 'neither');
    return true;
  }
}

describe('the queue of a host', () => {
  it('lets callers go first, and among them those of tenants that fare well, each in order of arrival', () => {
    const world = new QueueWorld();
    const troubled = {};
    world.trouble.begin(troubled);
    world.add('schedule of a troubled one', { urgent: false, tenant: troubled });
    world.add('schedule', { urgent: false });
    world.add('caller of a troubled one', { tenant: troubled });
    world.add('caller');
    world.add('another caller');
    expect(world.run()).toEqual([
      'caller',
      'another caller',
      'caller of a troubled one',
      'schedule',
      'schedule of a troubled one',
    ]);
    expect(world.queue.isEmpty).toBe(true);
  });

  it('moves those who wait when their tenant falls into trouble, and when it is well again', () => {
    const world = new QueueWorld();
    const [falls, heals] = [{}, {}];
    world.trouble.begin(heals);
    world.add('falls', { tenant: falls });
    world.add('heals', { tenant: heals });
    world.add('steady');
    world.trouble.begin(falls);
    world.trouble.end(heals);
    expect(world.run()).toEqual(['steady', 'heals', 'falls']);
  });

  it('gives each gateway key its turn', () => {
    const world = new QueueWorld();
    const [one, other] = [newPace(), newPace()];
    for (const name of ['a', 'b', 'c']) world.add(`${name} of the one`, { pace: one });
    world.add('the other', { pace: other });
    expect(world.run()).toEqual(['a of the one', 'the other', 'b of the one', 'c of the one']);
  });

  it('passes over a key whose line is shut, and looks again when it opens', () => {
    const world = new QueueWorld();
    const shut = newPace();
    shut.adopt(pauseUntil(NOW + 5 * SECOND), NOW);
    world.add('shut', { pace: shut });
    world.add('open');
    expect(world.run()).toEqual(['open']);
    let served: string[] = [];
    for (let looks = 0; served.length === 0 && looks < 10; looks += 1) {
      world.now = world.queue.nextLookAt(world.now);
      served = world.run();
    }
    expect(served).toEqual(['shut']);
    expect(world.now).toBe(NOW + 5 * SECOND);
  });

  it('sends those away who cannot wait for so long: on arrival, when a pause begins, and when they hurry', () => {
    const world = new QueueWorld();
    world.add('was there');
    world.add('schedule', { urgent: false });
    const late = world.add('hurries', { urgent: false });
    world.pace.adopt(pauseUntil(NOW + 60 * SECOND), NOW);
    world.queue.sendAway(world.pace, NOW);
    expect(world.events.splice(0)).toEqual(['was there: rate-limit']);
    world.add('arrives');
    expect(world.events.splice(0)).toEqual(['arrives: rate-limit']);
    late.ticket.hurry();
    expect(world.events.splice(0)).toEqual(['hurries: rate-limit']);
    world.pace.adopt(pauseUntil(NOW + 600 * SECOND), NOW);
    // Met by the way.
    expect(world.run()).toEqual(['schedule: rate-limit']);
    expect(world.queue.isEmpty).toBe(true);
  });

  it('sends everybody away at once where a quota is used up', () => {
    const world = new QueueWorld();
    world.add('caller');
    world.add('schedule', { urgent: false });
    world.pace.adopt(pauseUntil(NOW + SECOND, 'quota'), NOW);
    expect(world.run()).toEqual(['caller: quota', 'schedule: quota']);
  });

  it.each([
    ['one gateway key', () => undefined],
    ['a key each', newPace],
  ])('looks at a few of them, however many wait: %s', (_what, own) => {
    const world = new QueueWorld();
    const looks = jest.spyOn(GatewayPace.prototype, 'opensAt');
    const pauses = jest.spyOn(GatewayPace.prototype, 'pauseAt');
    const count = 2000;
    for (let n = 0; n < count; n += 1) {
      world.add(String(n), { urgent: n % 2 === 0, pace: own() ?? world.pace });
      world.queue.next(world.now);
      world.queue.nextLookAt(world.now);
    }
    world.run();
    expect(looks.mock.calls.length + pauses.mock.calls.length).toBeLessThan(8 * count);
  });

  it('looks at its own line alone when somebody arrives, however many lines are shut', () => {
    const world = new QueueWorld();
    const calls = ['opensAt', 'pauseAt'].map((name) =>
      jest.spyOn(GatewayPace.prototype, name as 'opensAt' | 'pauseAt'),
    );
    const looks = () => calls.reduce((sum, { mock }) => sum + mock.calls.splice(0).length, 0);
    const count = 1000;
    for (let n = 0; n < count; n += 1) {
      const pace = newPace();
      pace.adopt(pauseUntil(NOW + 20 * SECOND), NOW);
      world.add(`shut ${n}`, { urgent: n % 2 === 0, pace });
      expect(world.run()).toEqual([]);
    }
    expect(looks()).toBeLessThan(8 * count);
    for (let n = 0; n < count; n += 1) {
      world.add(`open ${n}`, { urgent: n % 2 === 0 });
      expect(world.run()).toEqual([`open ${n}`]);
    }
    expect(looks()).toBeLessThan(8 * count);
    world.now = NOW + 20 * SECOND;
    expect(world.run()).toHaveLength(count);
    expect(looks()).toBeLessThan(8 * count);
  });

  it.each<[string, (world: QueueWorld) => () => void]>([
    [
      'a pause that was adopted is withdrawn',
      ({ pace }) => {
        const pause = pauseUntil(NOW + 20 * SECOND);
        pace.adopt(pause, NOW);
        return () => pace.lift(pause);
      },
    ],
    [
      'an answer reports that some is left',
      ({ pace }) => {
        learnLeft(pace, 0, 10 * SECOND);
        return () => learnLeft(pace, 5, 25 * SECOND);
      },
    ],
    [
      'a request that took the last one does not leave after all',
      ({ pace }) => {
        learnLeft(pace, 1, 20 * SECOND);
        return pace.left(NOW);
      },
    ],
    [
      'the clock is set back',
      (world) => {
        world.pace.adopt(pauseUntil(NOW + 20 * SECOND), NOW);
        return () => (world.now -= SECOND);
      },
    ],
  ])('serves a shut line before it was to open, where %s', (_what, shut) => {
    const world = new QueueWorld();
    const open = shut(world);
    world.add('waits');
    expect(world.run()).toEqual([]);
    open();
    expect(world.run()).toEqual(['waits']);
  });

  it('sends those away who wait in a shut line that is to stay shut for much longer now', () => {
    const world = new QueueWorld();
    world.pace.adopt(pauseUntil(NOW + 20 * SECOND), NOW);
    world.add('waits');
    expect(world.run()).toEqual([]);
    world.pace.adopt(pauseUntil(NOW + 60 * SECOND), NOW);
    expect(world.run()).toEqual(['waits: rate-limit']);
  });

  it('gives a line its turn when it opens as if it had been open all the time', () => {
    const world = new QueueWorld();
    const paces = [newPace(), newPace(), newPace()] as const;
    const [, second] = paces;
    second.adopt(pauseUntil(NOW + SECOND), NOW);
    for (const [n, pace] of paces.entries())
      for (const name of ['a', 'b']) world.add(`${name} of ${n + 1}`, { pace });
    expect([world.serveOne(), world.serveOne()]).toEqual(['a of 1', 'a of 3']);
    world.now = NOW + SECOND;
    expect(world.run()).toEqual(['a of 2', 'b of 1', 'b of 3', 'b of 2']);
  });

  it('asks all those in a shut line once for each pause', () => {
    const world = new QueueWorld();
    world.pace.adopt(pauseUntil(NOW + 20 * SECOND), NOW);
    const count = 2000;
    let asked = 0;
    for (let n = 0; n < count; n += 1) {
      const { ticket } = world.add(String(n));
      jest.spyOn(ticket, 'isUrgent', 'get').mockImplementation(() => {
        asked += 1;
        return true;
      });
      world.queue.next(world.now);
    }
    expect(asked).toBeLessThan(2 * count);
    expect(world.run()).toEqual([]);
    world.now = NOW + 20 * SECOND;
    expect(world.run()).toHaveLength(count);
  });
});
