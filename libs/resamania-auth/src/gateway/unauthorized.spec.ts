import { describe, expect, it } from '@jest/globals';
import { AxiosHeaders } from 'axios';

import { classifyUnauthorized } from './unauthorized.js';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const TEXT_TYPE = { 'content-type': 'text/plain;charset=UTF-8' };
const BEARER = { 'WWW-Authenticate': 'Bearer realm="Service", error="invalid_token"' };

describe('classifyUnauthorized', () => {
  it.each([
    ['gateway', JSON_TYPE, '{"message":"Unauthorized","http_status_code":401}'],
    ['gateway', BEARER, '{"message":"Unauthorized","http_status_code":401}'],
    ['gateway', {}, { message: 'Unauthorized', http_status_code: 401 }],
    ['gateway', TEXT_TYPE, 'Unauthorized'],
    ['token', { ...TEXT_TYPE, ...BEARER }, 'Unauthorized'],
    ['token', BEARER, ''],
    ['token', BEARER, undefined],
    ['token', { 'www-authenticate': 'Basic realm="x", bearer' }, ''],
    ['token', { 'www-authenticate': ['Basic', 'Bearer'] }, ''],
    ['token', JSON_TYPE, '{"code":401,"message":"Jeton JWT expiré"}'],
    ['token', JSON_TYPE, '{"error":"invalid_grant","error_description":null}'],
    ['token', JSON_TYPE, { error: 'access_denied' }],
    ['unknown', JSON_TYPE, '{"code":"401"}'],
    ['unknown', JSON_TYPE, '{"detail":"Invalid JWT Token","status":401}'],
    ['unknown', { 'www-authenticate': 'BearerX' }, ''],
    ['unknown', { 'www-authenticate': 'Basic realm="Bearer"' }, ''],
    ['unknown', JSON_TYPE, 'Unauthorized'],
    ['unknown', {}, 'Unauthorized'],
    ['unknown', TEXT_TYPE, 'Unauthorized\n'],
    ['unknown', TEXT_TYPE, 'unauthorized'],
    ['unknown', { 'content-type': 'text/html' }, '<p>Unauthorized'],
    ['unknown', JSON_TYPE, '[{"error":1}]'],
    ['unknown', JSON_TYPE, '{"code":401'],
    ['unknown', {}, null],
    ['unknown', {}, 401],
  ])('takes it as of the %s: %j %j', (by, headers, body) => {
    expect(classifyUnauthorized(headers as AxiosHeaders, body)).toBe(by);
    expect(classifyUnauthorized(new AxiosHeaders(headers as never), body)).toBe(by);
  });
});
