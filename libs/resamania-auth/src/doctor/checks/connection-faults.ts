import { STATUS_PAGE, systemCodeOf } from '../../errors.js';
import { classifyFault } from '../../token/request/classify-failure.js';
import type { Finding } from './diagnosis.js';

/** What is wrong, and what to do about it. `{host}` stands for the host. */
interface Fault {
  readonly codes: RegExp;
  readonly what: string;
  readonly remedy: string;
}

const CHECK_URL = 'Check `apiBaseUrl` for typing errors';

/** Connection faults by system code; the first that fits is taken. */
const FAULTS: readonly Fault[] = [
  {
    codes: /^ENOTFOUND$/,
    what: 'there is no host of the name {host}.',
    remedy: `${CHECK_URL}, and the name resolution of this machine.`,
  },
  {
    codes: /^(?:EAI_AGAIN|EAI_FAIL|ENODATA|ESERVFAIL)$/,
    what: 'the name {host} cannot be resolved.',
    remedy: `${CHECK_URL}, and the name servers and the network of this machine.`,
  },
  {
    codes: /^ECONNREFUSED$/,
    what: 'nothing listens at {host}.',
    remedy: `Check host and port in \`apiBaseUrl\`; see ${STATUS_PAGE}.`,
  },
  {
    codes: /^(?:EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL)$/,
    what: 'there is no way to {host}.',
    remedy: 'Check the network, VPN and firewall of this machine.',
  },
  {
    codes: /^CERT_HAS_EXPIRED$/,
    what: 'the TLS certificate of {host} has expired.',
    remedy: 'Check the clock of this machine; if it is right, the host needs a new certificate.',
  },
  {
    codes: /^CERT_NOT_YET_VALID$/,
    what: 'the TLS certificate of {host} is not valid yet.',
    remedy: 'Check the clock of this machine.',
  },
  {
    codes: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    what: 'the TLS certificate of {host} is for another host name.',
    remedy: 'Check the host in `apiBaseUrl`, and that no proxy answers in its place.',
  },
  {
    codes: /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)$/,
    what: 'the TLS certificate of {host} is self-signed, or signed by an authority of its own.',
    remedy: "If that is meant, as behind a company's proxy, name the authority in NODE_EXTRA_CA_CERTS.",
  },
  {
    codes: /^(?:UNABLE_TO_|CERT_)/,
    what: 'the TLS certificate of {host} cannot be verified.',
    remedy:
      "Check that the host sends its whole chain, or name a company's authority in NODE_EXTRA_CA_CERTS.",
  },
  {
    codes: /^(?:EPROTO|ERR_SSL_|ERR_TLS_)/,
    what: 'no TLS connection comes about with {host}.',
    remedy: 'Check scheme and port in `apiBaseUrl`: this may be a port without TLS.',
  },
  {
    codes: /^(?:ECONNRESET|EPIPE)$/,
    what: 'the host {host} hangs up.',
    remedy: 'Check firewall and proxy, and the port in `apiBaseUrl`.',
  },
];

/** Judges a connection that did not come about. */
export function connectionFault(error: unknown, host: string): Finding {
  const code = connectionCode(error);
  const fault = FAULTS.find(({ codes }) => codes.test(code ?? ''));
  const general = classifyFault({ reason: 'network', ...(code !== undefined && { detail: code }) });
  if (fault === undefined) {
    return { verdict: 'failed', detail: general.what, code: general.code, remedy: general.remedy };
  }
  const detail = `${fault.what.replace('{host}', () => host).replace(/\.$/, '')} (${code}).`;
  return { verdict: 'failed', detail, code: general.code, remedy: fault.remedy };
}

/** A system's or OpenSSL's error code, never a message. An error of several addresses holds those of each. */
function connectionCode(error: unknown): string | undefined {
  const code = systemCodeOf(error);
  if (code !== undefined) return code;
  const { errors } = (error ?? {}) as { errors?: unknown };
  return Array.isArray(errors) && errors.length > 0 ? connectionCode(errors[0]) : undefined;
}
