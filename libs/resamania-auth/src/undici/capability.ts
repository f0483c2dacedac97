import http from 'node:http';
import https from 'node:https';

import type { InternalAxiosRequestConfig } from 'axios';

/** Options that only axios' own adapter understands. A request with one of them is left to it. */
const FOREIGN_OPTIONS = [
  'httpAgent',
  'httpsAgent',
  'proxy',
  'socketPath',
  'transport',
  'lookup',
  'family',
  'insecureHTTPParser',
  'maxRate',
  'onUploadProgress',
  'onDownloadProgress',
  'sensitiveHeaders',
] as const;

const PROXY_VARIABLES = [
  'http_proxy',
  'HTTP_PROXY',
  'https_proxy',
  'HTTPS_PROXY',
  'all_proxy',
  'ALL_PROXY',
  'npm_config_proxy',
  'npm_config_http_proxy',
  'npm_config_https_proxy',
] as const;

/** Node's own agents as they were at first: somebody who replaces them wants requests to go through theirs. */
const GLOBAL_HTTP_AGENT = http.globalAgent;
const GLOBAL_HTTPS_AGENT = https.globalAgent;
const GLOBAL_HTTPS_OPTIONS = Object.keys(optionsOf(https.globalAgent)).length;

const MAX_TIMEOUT = 2 ** 31 - 1;

/** Whether undici can carry this request the way axios' own adapter would. */
export function isWithinUndici(config: InternalAxiosRequestConfig, environment: NodeJS.ProcessEnv): boolean {
  const options = config as unknown as Record<string, unknown>;
  for (const name of FOREIGN_OPTIONS) if (options[name]) return false;
  const { httpVersion } = options;
  if (httpVersion !== undefined && httpVersion !== 1) return false;
  if (!isPlainTimeout(config.timeout)) return false;
  if (config.maxRedirects != null && typeof config.maxRedirects !== 'number') return false;
  return hasOriginalAgents() && (config.proxy === false || goesDirect(environment));
}

function isPlainTimeout(timeout: unknown): boolean {
  return timeout === undefined || (Number.isInteger(timeout) && Number(timeout) <= MAX_TIMEOUT);
}

/** Also of a proxy for the other protocol: a redirect may lead there. */
function goesDirect(environment: NodeJS.ProcessEnv): boolean {
  for (const name of PROXY_VARIABLES) if (environment[name]) return false;
  return (
    optionsOf(GLOBAL_HTTP_AGENT)['proxyEnv'] == null && optionsOf(GLOBAL_HTTPS_AGENT)['proxyEnv'] == null
  );
}

function hasOriginalAgents(): boolean {
  return (
    http.globalAgent === GLOBAL_HTTP_AGENT &&
    https.globalAgent === GLOBAL_HTTPS_AGENT &&
    Object.keys(optionsOf(https.globalAgent)).length === GLOBAL_HTTPS_OPTIONS
  );
}

function optionsOf(agent: http.Agent): Record<string, unknown> {
  return (agent as unknown as { options: Record<string, unknown> }).options;
}
