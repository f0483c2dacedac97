import type { Clock } from '../../clock.js';
import { tokenFailure } from '../../token/request/token-failure.js';
import type { ConnectionProbe, Endpoint } from './connection-probe.js';
import { connectionFault } from './connection-faults.js';
import { type Finding, notChecked, ok, warning } from './diagnosis.js';
import { inTime, TimeUp } from '../in-time.js';
import { day, DAY_MS } from './words.js';

/** A certificate that ends sooner than this is worth a warning. */
const CERTIFICATE_WARNING_MS = 14 * DAY_MS;

/** What the check works with. */
export interface ConnectionPorts {
  readonly probe: ConnectionProbe;
  /** The proxy that requests to a URL go through; empty for none. */
  readonly proxyFor: (url: string) => string;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** Looks up the host's name and connects to it, by TLS where the URL says https. */
export async function checkConnection(baseUrl: string, ports: ConnectionPorts): Promise<Finding> {
  if (ports.proxyFor(baseUrl) !== '') {
    // Its address stays out: it may hold a password.
    return notChecked('A proxy is in use (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY): it makes the connection.');
  }
  const endpoint = endpointOf(baseUrl);
  try {
    return await inTime(ports, (signal) => connect(endpoint, ports, signal));
  } catch (error) {
    if (!(error instanceof TimeUp)) return connectionFault(error, endpoint.host);
    const { code, remedy } = tokenFailure('timeout');
    const detail = `no connection to ${endpoint.host} within ${ports.timeoutMs / 1000} s.`;
    return { verdict: 'failed', detail, code, remedy };
  }
}

async function connect(endpoint: Endpoint, ports: ConnectionPorts, signal: AbortSignal): Promise<Finding> {
  const { probe, clock } = ports;
  const { host, port, isTls } = endpoint;
  const addresses = await probe.resolve(host);
  const { certificateEndsAt: end } = await probe.connect(endpoint, signal);
  const there = `Connected to ${host}:${port} (${addresses === 1 ? '1 address' : `${addresses} addresses`})`;
  if (!isTls) return ok(`${there}, without TLS.`);
  if (end === undefined) return ok(`${there}, TLS is in order.`);
  const left = Math.floor((end - clock.now()) / DAY_MS);
  if (end - clock.now() >= CERTIFICATE_WARNING_MS)
    return ok(`${there}, TLS is in order, certificate until ${day(end)}.`);
  return warning(
    `${there}, TLS is in order, but the certificate ends in ${left === 1 ? '1 day' : `${left} days`}, on ${day(end)}.`,
    'The host needs a new certificate: tell those who run it.',
  );
}

function endpointOf(baseUrl: string): Endpoint {
  const { protocol, hostname, port } = new URL(baseUrl);
  const isTls = protocol === 'https:';
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (isTls ? 443 : 80) : Number(port),
    isTls,
  };
}
