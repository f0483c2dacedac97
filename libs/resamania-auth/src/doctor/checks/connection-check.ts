import type { Clock } from '../../clock.js';
import { systemCodeOf } from '../../errors.js';
import { portOf } from '../../options/checks/base-url.js';
import { classifyFault } from '../../token/request/classify-failure.js';
import { tokenFailure } from '../../token/request/token-failure.js';
import type { TransportFault } from '../../token/request/http-token-transport.js';
import { TimeUp, withTimeLimit } from '../../waiting.js';
import type { ConnectionProbe, Endpoint } from './connection-probe.js';
import { failed, type Finding, notChecked, ok, warning } from './diagnosis.js';
import { failureFinding } from './token-findings.js';
import { DAY_MS, moment } from './words.js';

/** A certificate that ends sooner than this is worth a warning. */
const CERTIFICATE_WARNING_MS = 14 * DAY_MS;

export interface ConnectionPorts {
  readonly probe: ConnectionProbe;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** Looks up the host's name and connects to it, by TLS where the URL says https. */
export async function checkConnection(baseUrl: string, ports: ConnectionPorts): Promise<Finding> {
  const { probe, clock, timeoutMs } = ports;
  if (probe.usesProxy(baseUrl)) {
    // Its address stays out: it may hold a password.
    return notChecked('a proxy is in use (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY): it makes the connection');
  }
  const endpoint = endpointOf(baseUrl);
  try {
    return await withTimeLimit(clock, timeoutMs, (signal) => connect(endpoint, ports, signal));
  } catch (error) {
    if (!(error instanceof TimeUp))
      return failureFinding(classifyFault(networkFault(error), endpoint.host), 0);
    const { code, remedy } = tokenFailure('timeout');
    return failed(`no connection to ${endpoint.host} within ${timeoutMs / 1000} s`, remedy, code);
  }
}

async function connect(endpoint: Endpoint, ports: ConnectionPorts, signal: AbortSignal): Promise<Finding> {
  const { probe, clock } = ports;
  const { host, port, isTls } = endpoint;
  const addresses = await probe.resolve(host);
  const certificateEndsAt = await probe.connect(endpoint, signal);
  const connected = `connected to ${host}:${port} (${addresses === 1 ? '1 address' : `${addresses} addresses`})`;
  if (!isTls) return ok(`${connected}, without TLS`);
  if (certificateEndsAt === undefined) return ok(`${connected}, TLS valid`);
  const left = certificateEndsAt - clock.now();
  const day = moment(certificateEndsAt).slice(0, 'YYYY-MM-DD'.length);
  if (left >= CERTIFICATE_WARNING_MS) return ok(`${connected}, TLS valid until ${day}`);
  const days = Math.floor(left / DAY_MS);
  return warning(
    `${connected}; the TLS certificate ends in ${days === 1 ? '1 day' : `${days} days`}, on ${day}`,
    'The host needs a new certificate: tell those who run it.',
  );
}

function endpointOf(baseUrl: string): Endpoint {
  const url = new URL(baseUrl);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: portOf(url), isTls: url.protocol === 'https:' };
}

/** A system's or OpenSSL's error code, never a message. An error of several addresses holds those of each. */
function networkFault(error: unknown): TransportFault {
  const { errors = [] } = (error ?? {}) as { errors?: readonly unknown[] };
  const detail = systemCodeOf(error) ?? systemCodeOf(errors[0]);
  return { reason: 'network', ...(detail !== undefined && { detail }) };
}
