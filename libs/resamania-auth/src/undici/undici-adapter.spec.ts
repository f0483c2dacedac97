import http from 'node:http';
import https from 'node:https';

import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { type AxiosRequestConfig, create } from 'axios';
import { Agent, Dispatcher, getGlobalDispatcher, MockAgent, Pool, setGlobalDispatcher } from 'undici';

import { undiciAdapter, type UndiciAdapterOptions } from './undici-adapter.js';

const { globalAgent } = http;
const httpsGlobalAgent = https.globalAgent;
const globalDispatcher = getGlobalDispatcher();

/** Nothing listens there: axios' own adapter fails. */
const ADDRESS = 'http://127.0.0.1:1/';

class Teapot extends Dispatcher {
  override dispatch(_options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const controller = { abort: () => undefined } as unknown as Dispatcher.DispatchController;
    handler.onRequestStart?.(controller, {});
    handler.onResponseStart?.(controller, 418, {});
    handler.onResponseEnd?.(controller, {});
    return true;
  }
}

afterEach(() => {
  http.globalAgent = globalAgent;
  https.globalAgent = httpsGlobalAgent;
  setGlobalDispatcher(globalDispatcher);
  delete https.globalAgent.options.ca;
  http.globalAgent.maxSockets = Infinity;
  for (const name of ['HTTP_PROXY', 'https_proxy', 'ALL_PROXY', 'npm_config_https_proxy'])
    delete process.env[name];
});

/** Which of the two sends a GET. */
async function sender(
  config: AxiosRequestConfig = {},
  options: UndiciAdapterOptions = { dispatcher: new Teapot() },
) {
  const client = create({ adapter: undiciAdapter(options), validateStatus: () => true });
  const sent = client.get(ADDRESS, config);
  return await sent.then(
    ({ status }) => (status === 418 ? 'undici' : status),
    ({ code }: { code: string }) => (code === 'ECONNREFUSED' ? 'axios' : code),
  );
}

describe('undiciAdapter', () => {
  it('sends plain requests through undici, and others not', async () => {
    expect(await sender()).toBe('undici');
    expect(await sender({ httpAgent: new http.Agent() })).toBe('axios');
  });

  it.each(['HTTP_PROXY', 'https_proxy', 'ALL_PROXY', 'npm_config_https_proxy'])(
    'leaves all to the proxy of %s, unless none is wanted',
    async (name) => {
      process.env[name] = 'http://127.0.0.1:1';
      expect(await sender()).toBe('axios');
      expect(await sender({ proxy: false })).toBe('undici');
    },
  );

  it.each<[string, () => void]>([
    ['another agent', () => (http.globalAgent = new http.Agent())],
    ['a subclass', () => (http.globalAgent = new (class extends http.Agent {})({ keepAlive: true }))],
    ['an agent without options', () => (http.globalAgent = { maxSockets: 1 } as http.Agent)],
    ['no agent', () => Reflect.set(https, 'globalAgent', undefined)],
    ['an authority', () => (https.globalAgent.options.ca = 'x')],
    ['a limit', () => (http.globalAgent.maxSockets = 5)],
  ])('leaves all to a global agent that is not as Node made it: %s', async (_what, change) => {
    change();
    expect(await sender()).not.toBe('undici');
  });

  it('takes a global agent that is merely in use', async () => {
    const listener = () => undefined;
    https.globalAgent.on('keylog', listener);
    expect(await sender()).toBe('undici');
    https.globalAgent.off('keylog', listener);
  });

  it("looks up undici's global dispatcher at every request", async () => {
    const client = create({ adapter: undiciAdapter() });
    const mock = new MockAgent();
    mock.disableNetConnect();
    mock.get('http://api.example').intercept({ path: '/clubs' }).reply(200, '{"mocked":true}');
    setGlobalDispatcher(mock);
    expect((await client.get('http://api.example/clubs')).data).toEqual({ mocked: true });
    await expect(client.get('http://api.example/other')).rejects.toMatchObject({
      isAxiosError: true,
      code: 'UND_MOCK_ERR_MOCK_NOT_MATCHED',
    });
    await mock.close();
  });

  it.each<[string, () => Dispatcher]>([
    ['with options', () => new Agent({ connections: 1 })],
    ['with a factory', () => new Agent({ factory: (origin, options) => new Pool(origin, options) })],
    ['with interceptors', () => new Agent().compose((dispatch) => dispatch)],
  ])('uses a global agent %s', async (_what, make) => {
    const dispatch = jest.spyOn(Agent.prototype, 'dispatch').mockImplementation(new Teapot().dispatch);
    const agent = make();
    setGlobalDispatcher(agent);
    expect(await sender({}, {})).toBe('undici');
    expect(dispatch).toHaveBeenCalledTimes(1);
    dispatch.mockRestore();
    setGlobalDispatcher(globalDispatcher);
    await agent.close();
  });

  it.each<[string, () => void]>([
    ['is the one that undici made', () => undefined],
    ['is one that Node made', () => replaceGlobal(makeForeign({ connect: undefined }))],
  ])('has an agent of its own while the global one %s', async (_what, change) => {
    change();
    const dispatch = jest.spyOn(Agent.prototype, 'dispatch').mockImplementation(new Teapot().dispatch);
    expect(await sender({}, {})).toBe('undici');
    expect(dispatch.mock.contexts).toEqual([expect.any(Agent)]);
    expect(dispatch.mock.contexts[0] === getGlobalDispatcher()).toBe(false);
    dispatch.mockRestore();
  });

  it('leaves all to axios while the global dispatcher is set, but by another copy of undici', async () => {
    const foreign = makeForeign({ connect: { ca: 'x' } });
    replaceGlobal(foreign);
    expect(await sender({}, {})).toBe('axios');
    expect(foreign.dispatch).not.toHaveBeenCalled();
  });

  it('closes the dispatcher that it was given, and never the global one', async () => {
    const dispatcher = new Teapot();
    const close = jest.spyOn(dispatcher, 'close').mockResolvedValue();
    const adapter = undiciAdapter({ dispatcher });
    await Promise.all([adapter.close(), adapter.close()]);
    expect(close).toHaveBeenCalledTimes(1);
    const closeGlobal = jest.spyOn(globalDispatcher, 'close');
    await undiciAdapter().close();
    expect(closeGlobal).not.toHaveBeenCalled();
  });
});

/** As another copy of undici makes it. */
function makeForeign(options: object) {
  const dispatch = jest.fn();
  const foreign = { Agent: class {} };
  Object.assign(foreign.Agent.prototype, { dispatch });
  const defaultFactory = () => undefined;
  const hidden = { [Symbol('options')]: options, [Symbol('factory')]: defaultFactory };
  return Object.assign(new foreign.Agent(), hidden) as unknown as { dispatch: typeof dispatch };
}

function replaceGlobal(dispatcher: object): void {
  Reflect.set(globalThis, Symbol.for('undici.globalDispatcher.1'), dispatcher);
}
