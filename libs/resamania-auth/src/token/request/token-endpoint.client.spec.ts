import { describe, expect, it } from '@jest/globals';

import { pauseMs } from './token-endpoint.client.js';

describe('pauseMs', () => {
  it('grows from a tenth of a second with full jitter', () => {
    expect([1, 2, 3].map((attempt) => pauseMs(attempt, () => 0.5))).toEqual([50, 100, 200]);
    expect(pauseMs(1, () => 0)).toBe(20);
  });
});
