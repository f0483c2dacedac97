import { afterEach, describe, expect, it } from '@jest/globals';
import { mergeConfig } from 'axios';

import { outgoingConfig } from './outgoing-config.js';

const POLLUTION = { transport: 'stranger', signal: 'stranger' };

/** As a call's config comes from axios. */
function configOf(config: object) {
  return mergeConfig({}, config) as Parameters<typeof outgoingConfig>[0];
}

describe('The config that leaves', () => {
  afterEach(() => {
    for (const key of Object.keys(POLLUTION)) Reflect.deleteProperty(Object.prototype, key);
  });

  it('is a copy that leads to the URL given, with keys of any kind', () => {
    const key = Symbol('of an adapter');
    const config = configOf({ url: 'clubs', baseURL: 'https://elsewhere.example', timeout: 5 });
    Object.assign(config, { [key]: 'kept' });
    const outgoing = outgoingConfig(config, 'https://gw.example/demoapi/clubs');
    expect({ ...outgoing }).toEqual({ url: 'https://gw.example/demoapi/clubs', timeout: 5, [key]: 'kept' });
    expect(config).toMatchObject({ url: 'clubs', baseURL: 'https://elsewhere.example' });
  });

  it('has nothing that somebody put on Object.prototype', () => {
    Object.assign(Object.prototype, POLLUTION);
    const outgoing = outgoingConfig(configOf({ timeout: 5 }), 'https://gw.example/');
    expect([outgoing.transport, outgoing.signal, outgoing.timeout]).toEqual([undefined, undefined, 5]);
    expect(Object.keys(outgoing)).not.toContain('transport');
  });

  it('tells its own keys from others, as a config of axios does', () => {
    const outgoing = outgoingConfig(configOf({ timeout: 5 }), 'https://gw.example/') as object;
    // oxlint-disable-next-line no-prototype-builtins -- what an adapter may call
    expect([outgoing.hasOwnProperty('timeout'), outgoing.hasOwnProperty('data')]).toEqual([true, false]);
  });
});
