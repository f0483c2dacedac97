import { describe, expect, it } from '@jest/globals';
import { AxiosHeaders, type AxiosRequestConfig } from 'axios';

import { decodedBody } from './response-text.js';

function decoded(config: AxiosRequestConfig, ...chunks: Buffer[]): Buffer | string {
  return decodedBody(chunks, { ...config, headers: new AxiosHeaders() });
}

describe('decodedBody', () => {
  it('is text, put together before it is decoded', () => {
    expect(decoded({}, Buffer.from([0xc3]), Buffer.from([0xa9]))).toBe('é');
    expect(decoded({})).toBe('');
  });

  it('drops a byte order mark from UTF-8 alone', () => {
    const marked = Buffer.from('\uFEFFa');
    expect(decoded({}, marked)).toBe('a');
    expect(decoded({ responseEncoding: 'utf16le' }, Buffer.from('\uFEFFa', 'utf16le'))).toBe('\uFEFFa');
    expect(decoded({ responseType: 'arraybuffer' }, marked)).toBe(marked);
  });
});
