import { describe, expect, it } from '@jest/globals';

import { RequestLimiter, Ticket } from './request-limiter.js';

function queue(limit = 2): {
  enter: (name: string, urgent?: boolean, host?: string) => { leave: () => void; hurry: () => void };
  admitted: string[];
} {
  const limiter = new RequestLimiter(limit);
  const admitted: string[] = [];
  return {
    admitted,
    enter: (name, urgent = false, host = 'host') => {
      const ticket = new Ticket(urgent);
      const leave = limiter.enter(host, ticket, () => admitted.push(name));
      return { leave, hurry: () => ticket.hurry() };
    },
  };
}

describe('the request limiter', () => {
  it('admits as many as fit, and the next as one leaves', () => {
    const { enter, admitted } = queue();
    const first = enter('a');
    enter('b');
    enter('c');
    expect(admitted).toEqual(['a', 'b']);
    first.leave();
    expect(admitted).toEqual(['a', 'b', 'c']);
  });

  it('lets those go first who are urgent, or became so', () => {
    const { enter, admitted } = queue(1);
    const first = enter('first');
    enter('patient');
    const promoted = enter('promoted');
    enter('urgent', true);
    promoted.hurry();
    first.leave();
    expect(admitted).toEqual(['first', 'urgent']);
  });

  it('forgets who leaves the queue, and gives no place back twice', () => {
    const { enter, admitted } = queue(1);
    const first = enter('first');
    const gone = enter('gone');
    enter('next');
    gone.leave();
    gone.leave();
    first.leave();
    first.leave();
    enter('waits');
    expect(admitted).toEqual(['first', 'next']);
  });

  it('counts each host by itself', () => {
    const { enter, admitted } = queue(1);
    enter('a', false, 'one');
    enter('b', false, 'two');
    expect(admitted).toEqual(['a', 'b']);
  });
});
