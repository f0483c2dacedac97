import { describe, expect, it } from '@jest/globals';
import { readPath } from './request-path.js';

describe('readPath', () => {
  it.each([
    ['/env/demoapi/oauth/v2/token', 'token', 'demoapi', '/demoapi/oauth/v2/token'],
    ['/env/demoapi/clubs?page=2', 'api', 'demoapi', '/demoapi/clubs?page=2'],
    ['/env/oauth/v2/token', 'token', undefined, '/oauth/v2/token'],
    ['/wrong/demoapi/oauth/v2/token', 'token', 'demoapi', undefined],
    ['/environment/demoapi/clubs', 'api', 'environment', undefined],
    ['/env', 'api', undefined, '/'],
  ] as const)('reads %s', (url, surface, clientToken, target) => {
    const read = readPath(url, '/env');
    expect([read.surface, read.clientToken, read.target]).toEqual([surface, clientToken, target]);
    expect(read.path).not.toContain('?');
  });

  it('finds everything inside when there is no prefix', () => {
    expect(readPath('/demoapi/clubs', '')).toMatchObject({
      target: '/demoapi/clubs',
      clientToken: 'demoapi',
    });
  });
});
