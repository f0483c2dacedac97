import { describe, expect, it } from '@jest/globals';

import { summary } from './summary.js';

const replicas = [4711, 4712].map((pid, index) => ({
  name: String(index + 1),
  url: `http://localhost:${3000 + index}`,
  process: { pid },
}));

describe('summary', () => {
  it('says where each replica is, how to end one, and how to pause Redis for longer than a token lives', () => {
    const text = summary({ replicas, redis: { port: 6400 }, tokensLive: 20 }).join('\n');
    expect(text).toContain('http://localhost:3000   replica 1, pid 4711');
    expect(text).toContain('http://localhost:3001   replica 2, pid 4712');
    expect(text).toContain('kill -9 4711 ');
    expect(text).toContain('redis-cli -p 6400 CLIENT PAUSE 30000 ALL ');
  });

  it('names a Redis that is not its own by the variable, which may hold a password', () => {
    const text = summary({ replicas, redis: undefined, tokensLive: 5 }).join('\n');
    expect(text).toContain('redis-cli -u "$REDIS_URL" CLIENT PAUSE 8000 ALL ');
  });
});
