import { describe, expect, it } from '@jest/globals';

import { createWorld, DEMO } from '../../../../../test/support/engine-world.js';
import { ResamaniaTokenService } from '../../token/resamania-token.service.js';
import { callCaches } from './call-caches.js';

class Named extends ResamaniaTokenService {
  override getAccessToken(): Promise<string> {
    return Promise.resolve('named');
  }
}

describe('what an application put in the place of ResamaniaTokenService', () => {
  it("is not asked for its peek() where it inherits it: that looks into the library's own caches", async () => {
    const { engine, service, clock } = createWorld(DEMO);
    const first = service.getAccessToken();
    await clock.advance(1000);
    await first;
    const named = Object.setPrototypeOf(service, Named.prototype) as Named;
    const cache = callCaches(engine.caches, named).of('demoapi');
    expect(cache?.peek()).toBeUndefined();
    expect((await cache?.get())?.value).toBe('named');
  });

  it('is asked for its own peek(), and for no other', () => {
    const { engine } = createWorld(DEMO);
    const getAccessToken = async () => 'later';
    const peek = () => ({ value: 'now' });
    expect(callCaches(engine.caches, { getAccessToken, peek }).of('demoapi')?.peek()?.value).toBe('now');
    expect(callCaches(engine.caches, { getAccessToken }).of('demoapi')?.peek()).toBeUndefined();
  });
});
