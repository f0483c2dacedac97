import { gzipSync } from 'node:zlib';

import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  AxiosHeaders,
  type AxiosRequestConfig,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import { Dispatcher, errors } from 'undici';

import { type PlainRequest, plainRequest } from './plain-request.js';
import { UndiciCall } from './undici-call.js';

const controller = { abort: jest.fn(), pause: jest.fn(), resume: jest.fn() };
const asController = controller as unknown as Dispatcher.DispatchController;

/** Leaves it to the test what comes of a request. */
class Manual extends Dispatcher {
  override dispatch(): boolean {
    return true;
  }
}

beforeEach(() => {
  jest.resetAllMocks();
});

function start(config: AxiosRequestConfig = {}, dispatcher: Dispatcher = new Manual()) {
  const whole: InternalAxiosRequestConfig = {
    method: 'get',
    url: 'http://api.example/a',
    ...config,
    headers: new AxiosHeaders(),
  };
  const call = new UndiciCall(whole, plainRequest(whole) as PlainRequest);
  return { call, answer: call.send(dispatcher) };
}

function begin(call: UndiciCall, status = 200, headers: Record<string, string> = {}): void {
  call.onRequestStart(asController);
  call.onResponseStart(asController, status, headers, 'OK');
}

describe('an answer', () => {
  it('is put together from its parts, whatever came before it', async () => {
    const { call, answer } = start();
    begin(call, 103, { link: 'x' });
    call.onResponseStart(asController, 200, { 'content-type': 'text/plain' });
    call.onResponseData(asController, Buffer.from([0xc3]));
    call.onResponseData(asController, Buffer.from([0xa9]));
    call.onResponseEnd();
    const { data, status, headers } = (await answer) as AxiosResponse;
    expect({ data, status, headers: { ...headers } }).toEqual({
      data: 'é',
      status: 200,
      headers: { 'content-type': 'text/plain' },
    });
    expect(controller.abort).not.toHaveBeenCalled();
  });

  it('pauses the connection while it is decoded', async () => {
    const { call, answer } = start();
    begin(call, 200, { 'content-encoding': 'gzip' });
    const text = 'x'.repeat(1e6);
    const bytes = Buffer.concat([gzipSync(text, { level: 0 })]);
    call.onResponseData(asController, bytes);
    expect(controller.pause).toHaveBeenCalledTimes(1);
    expect(controller.resume).not.toHaveBeenCalled();
    call.onResponseEnd();
    expect(((await answer) as AxiosResponse).data).toBe(text);
  });

  it('is not touched by what undici reports after it', async () => {
    const { call, answer } = start();
    begin(call, 204, { 'content-length': '5' });
    call.onResponseError(asController, new errors.ResponseContentLengthMismatchError());
    const response = (await answer) as AxiosResponse;
    expect(response.data).toBe('');
    response.data = 'transformed';
    call.onResponseEnd();
    expect(response.data).toBe('transformed');
  });
});

describe("what is left to axios' own adapter", () => {
  it('is a redirect that may be followed, whose body nobody waits for', async () => {
    const { call, answer } = start();
    begin(call, 302, { location: '/b' });
    expect(controller.abort).toHaveBeenCalledTimes(1);
    expect(await answer).toBeUndefined();
  });

  it('is what undici refuses, whichever way', async () => {
    const refusal = new errors.InvalidArgumentError('invalid header');
    const { call, answer } = start();
    call.onResponseError(undefined, refusal);
    expect(await answer).toBeUndefined();
    const throwing = new Manual();
    jest.spyOn(throwing, 'dispatch').mockImplementation(() => {
      throw refusal;
    });
    expect(await start({}, throwing).answer).toBeUndefined();
  });

  it('is nothing that may have been sent', async () => {
    const { call, answer } = start();
    call.onRequestStart(asController);
    call.onResponseError(asController, new errors.ClientDestroyedError());
    await expect(answer).rejects.toMatchObject({ isAxiosError: true, code: 'UND_ERR_DESTROYED' });
  });
});

describe('a call that ends early', () => {
  it('gives up its connection as soon as there is one', async () => {
    const { call, answer } = start({ timeout: 1 });
    await expect(answer).rejects.toMatchObject({ code: 'ECONNABORTED' });
    expect(controller.abort).not.toHaveBeenCalled();
    call.onRequestStart(asController);
    expect(controller.abort).toHaveBeenCalledTimes(1);
    call.onResponseError(asController, new Error('aborted'));
  });

  it('is never sent when its signal was aborted before', async () => {
    const manual = new Manual();
    const dispatch = jest.spyOn(manual, 'dispatch');
    const { answer } = start({ signal: AbortSignal.abort() }, manual);
    await expect(answer).rejects.toMatchObject({ code: 'ERR_CANCELED' });
    expect(dispatch).not.toHaveBeenCalled();
  });

  it('ends the decoding too, and takes no more', async () => {
    const { call, answer } = start({ maxContentLength: 10 });
    begin(call, 200, { 'content-encoding': 'gzip' });
    call.onResponseData(asController, gzipSync('x'.repeat(1e6)));
    await expect(answer).rejects.toMatchObject({ code: 'ERR_BAD_RESPONSE' });
    expect(controller.abort).toHaveBeenCalledTimes(1);
    call.onResponseData(asController, Buffer.from('more'));
    call.onResponseEnd();
  });
});
