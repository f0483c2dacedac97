import { STATUS_PAGE } from '../errors.js';

const CHECK_URL = 'Check `apiBaseUrl` for typing errors';

/** Connection faults by system code, with what is wrong and what to do about it; the first that matches is taken. */
const FAULTS: readonly (readonly [codes: RegExp, what: string, remedy: string])[] = [
  [/^ENOTFOUND$/, 'no host named {host}', `${CHECK_URL}, and the name resolution of this machine.`],
  [
    /^(?:EAI_AGAIN|EAI_FAIL|ENODATA|ESERVFAIL)$/,
    'the name {host} cannot be resolved',
    `${CHECK_URL}, and the name servers and the network of this machine.`,
  ],
  [
    /^ECONNREFUSED$/,
    'nothing listens at {host}',
    `Check host and port in \`apiBaseUrl\`; see ${STATUS_PAGE}.`,
  ],
  [
    /^(?:EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL)$/,
    'no route to {host}',
    'Check the network, VPN and firewall of this machine.',
  ],
  [
    /^CERT_HAS_EXPIRED$/,
    'the TLS certificate of {host} has expired',
    'Check the clock of this machine; if it is right, the host needs a new certificate.',
  ],
  [
    /^CERT_NOT_YET_VALID$/,
    'the TLS certificate of {host} is not valid yet',
    'Check the clock of this machine.',
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    'the TLS certificate of {host} is for another host name',
    'Check the host in `apiBaseUrl`, and that no proxy answers in its place.',
  ],
  [
    /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)$/,
    'the TLS certificate of {host} is self-signed, or signed by a private authority',
    "If that is intended, as behind a company's proxy, set NODE_EXTRA_CA_CERTS to the file of the authority's certificate.",
  ],
  [
    /^(?:UNABLE_TO_|CERT_)/,
    'the TLS certificate of {host} cannot be verified',
    "Check that the host sends its whole chain, or set NODE_EXTRA_CA_CERTS to the file of a private authority's certificate.",
  ],
  [
    /^(?:EPROTO|ERR_SSL_|ERR_TLS_)/,
    'the TLS handshake with {host} failed',
    'Check scheme and port in `apiBaseUrl`: this may be a port without TLS.',
  ],
  [
    /^(?:ECONNRESET|EPIPE)$/,
    '{host} closed the connection',
    'Check `apiBaseUrl` and its port, firewall and proxy.',
  ],
];

/** What a failed connection's system code says, as a sentence, and what to do about it; `undefined` for other codes. */
export function connectionFault(
  code: string | undefined,
  host: string,
): { readonly what: string; readonly remedy: string } | undefined {
  const fault = FAULTS.find(([codes]) => codes.test(code ?? ''));
  if (fault === undefined) return undefined;
  const [, what, remedy] = fault;
  return { what: `${what.replace('{host}', () => host)} (${code}).`, remedy };
}
