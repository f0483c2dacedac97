import { describe, expect, it } from '@jest/globals';

import { contextIriFlaw } from './context-iri.js';

describe('contextIriFlaw', () => {
  it.each(['/demoapi/clubs/1210', '/demoapi/clubs/0f8e-4.x~_'])('takes %s', (iri) =>
    expect(contextIriFlaw(iri, 'clubs', 'demoapi')).toBeUndefined(),
  );

  it('writes the form of the own tenant where a bare id was given', () => {
    expect(contextIriFlaw('1210', 'clubs', 'demoapi')).toBe(
      'expected an IRI /demoapi/clubs/{id}, found a bare id',
    );
    expect(contextIriFlaw('12', 'network_nodes', 'demoapi')).toContain('/demoapi/network_nodes/{id}');
  });

  it.each([
    [undefined, 'found undefined'],
    [1210, 'found a number'],
    ['', 'found an empty string'],
    [' /demoapi/clubs/1', 'white space'],
    ['/demoapi/clubs/1\n', 'white space'],
    ['/demoapi/clubs/', 'another form'],
    ['/demoapi/clubs/1/2', 'another form'],
    ['demoapi/clubs/1', 'another form'],
    ['/demoapi/clubs/1?x', 'another form'],
    ['/demoapi/clubs/{id}', 'another form'],
    ['/demoapi/clubs/1\r\nx-other: 1', 'another form'],
    ['https://host/demoapi/clubs/1', 'another form'],
    ['/demoapi/clubs/..', '/demoapi/clubs/{id}'],
    ['/demoapi/network_nodes/1', 'another collection'],
    ['/other/clubs/1', "own clientToken, found another's"],
    ['/DEMOAPI/clubs/1', "own clientToken, found another's"],
  ])('refuses %j: %s', (value, words) => {
    expect(contextIriFlaw(value, 'clubs', 'demoapi')).toContain(words);
  });

  it('does not write a clientToken that could be a secret in the wrong field', () => {
    const secret = '4xk2m9q7p0w8s4ok';
    expect(contextIriFlaw('1', 'clubs', secret)).toBe(
      'expected an IRI /{clientToken}/clubs/{id}, found a bare id',
    );
  });

  it('looks at the form alone when the clientToken is not usable', () => {
    expect(contextIriFlaw('/any/clubs/1', 'clubs', undefined)).toBeUndefined();
    expect(contextIriFlaw('1', 'clubs', undefined)).toContain('/{clientToken}/clubs/{id}');
  });
});
