import { beforeEach, describe, expect, it } from '@jest/globals';

import { SimulatedClock } from '../../../../../test/support/simulated-clock.js';
import { GatewayPaces } from '../../gateway/gateway-paces.js';
import { Ticket } from './ticket.js';
import { type Place, RequestLimiter } from './request-limiter.js';

const settle = () => new Promise(setImmediate);

function queue(limit = 2): {
  enter: (name: string, urgent?: boolean, host?: string) => { leave: () => void; hurry: () => void };
  admitted: string[];
} {
  const policy = { concurrency: limit, deadlineMs: 30_000 };
  const limiter = new RequestLimiter(policy, new SimulatedClock(), new GatewayPaces());
  const admitted: string[] = [];
  return {
    admitted,
    enter: (name, urgent = false, host = 'host') => {
      const ticket = new Ticket();
      if (urgent) ticket.hurry();
      const abort = new AbortController();
      let leave = () => abort.abort();
      const place = limiter.enter({ tenant: {}, host, apiKey: undefined, ticket }, abort.signal);
      place.then(
        (given) => {
          admitted.push(name);
          leave = () => given.leave('neither');
        },
        () => undefined,
      );
      return { leave: () => leave(), hurry: () => ticket.hurry() };
    },
  };
}

describe('the request limiter', () => {
  it('admits as many as fit, and the next as one leaves', async () => {
    const { enter, admitted } = queue();
    const first = enter('a');
    enter('b');
    enter('c');
    await settle();
    expect(admitted).toEqual(['a', 'b']);
    first.leave();
    await settle();
    expect(admitted).toEqual(['a', 'b', 'c']);
  });

  it('lets those go first who are urgent, or became so', async () => {
    const { enter, admitted } = queue(1);
    const first = enter('first');
    enter('patient');
    const promoted = enter('promoted');
    enter('urgent', true);
    promoted.hurry();
    await settle();
    first.leave();
    await settle();
    expect(admitted).toEqual(['first', 'urgent']);
  });

  it('forgets who leaves the queue, and gives no place back twice', async () => {
    const { enter, admitted } = queue(1);
    const first = enter('first');
    const gone = enter('gone');
    enter('next');
    await settle();
    gone.leave();
    gone.leave();
    first.leave();
    first.leave();
    enter('waits');
    await settle();
    expect(admitted).toEqual(['first', 'next']);
  });

  it('counts each host by itself', async () => {
    const { enter, admitted } = queue(1);
    enter('a', false, 'one');
    enter('b', false, 'two');
    await settle();
    expect(admitted).toEqual(['a', 'b']);
  });

  describe('with one place that is taken', () => {
    const policy = { concurrency: 1, deadlineMs: 30_000 };
    let clock = new SimulatedClock();
    let enter: () => Promise<Place>;
    let taken: Promise<Place>;
    let isAdmitted = false;

    beforeEach(async () => {
      clock = new SimulatedClock();
      const limiter = new RequestLimiter(policy, clock, new GatewayPaces());
      enter = () => {
        const ticket = new Ticket();
        ticket.hurry();
        const applicant = { tenant: {}, host: 'host', apiKey: undefined, ticket };
        return limiter.enter(applicant, new AbortController().signal);
      };
      taken = enter();
      await taken;
      isAdmitted = false;
      void enter().then(() => (isAdmitted = true));
    });

    it('gives a caller a place more as soon as the request is late, counted from when it was sent', async () => {
      await clock.advance(300);
      (await taken).sent();
      // Half a second is late before anything is known of a host.
      await clock.advance(499);
      expect(isAdmitted).toBe(false);
      await clock.advance(1);
      expect(isAdmitted).toBe(true);
    });

    it('does not count the time in which the process stood still, whoever is the first to look then', async () => {
      (await taken).sent();
      await clock.advance(100);
      clock.jump(5000);
      void enter();
      await clock.advance(300);
      clock.jump(5000);
      void enter();
      // Of each stand-still less than 25 ms may count: so often the clock is looked at.
      await clock.advance(49);
      expect(isAdmitted).toBe(false);
      await clock.advance(51);
      expect(isAdmitted).toBe(true);
    });
  });
});
